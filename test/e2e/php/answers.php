<?php
// One answer of each kind, by PATH_INFO.
switch ($_SERVER['PATH_INFO'] ?? '') {
    case '/stream':
        header('Content-Type: text/event-stream');
        foreach (['one', 'two'] as $i => $word) {
            if ($i > 0) { while (!file_exists($_GET['until'])) { usleep(20000); clearstatcache(); } }
            echo "data: $word\n\n";
            @ob_flush();
            flush();
        }
        break;
    case '/large':
        header('Content-Type: application/octet-stream');
        for ($i = 0; $i < (int) $_GET['mib']; $i++) echo str_repeat(chr(65 + $i % 26), 1024 * 1024);
        break;
    case '/login':
        session_set_cookie_params(['httponly' => true, 'samesite' => 'Lax']);
        setcookie('a', 'b');
        header('Location: http://' . $_SERVER['HTTP_HOST'] . '/next', true, 303);
        break;
    case '/teapot':
        http_response_code(418);
        echo 'short and stout';
        break;
    case '/missing':
        http_response_code(404);
        echo "php's own page";
        break;
    case '/warn':
        error_log("careful \x1b[31m with this");
        echo $undefined_name;
        echo 'ok';
        break;
    case '/fatal':
        nobody_defined_this();
        break;
    case '/many':
        for ($i = 0; $i < 100; $i++) error_log("line $i " . str_repeat('x', 500));
        echo 'ok';
        break;
    case '/pid':
        echo getmypid();
        break;
    case '/slow':
        // PHP ends a script at its first write after the connection has gone.
        $left = $_GET['left'];
        register_shutdown_function(function () use ($left) { file_put_contents($left, (string) connection_aborted()); });
        file_put_contents($_GET['started'], 'x');
        while (true) { echo str_repeat(' ', 8192); @ob_flush(); flush(); usleep(10000); }
        break;
}
