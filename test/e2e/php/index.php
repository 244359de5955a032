<?php
// The front controller: every path that has no file of its own. Says what it was told.
header('Content-Type: application/json');
echo json_encode(['script' => 'index', 'server' => $_SERVER, 'get' => $_GET, 'cookies' => $_COOKIE]);
