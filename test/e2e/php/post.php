<?php
$files = array_map(fn ($file) => ['name' => $file['name'], 'size' => $file['size'], 'error' => $file['error'], 'sha256' => $file['error'] === 0 ? hash_file('sha256', $file['tmp_name']) : null], $_FILES);
$raw = file_get_contents('php://input');
header('Content-Type: application/json');
echo json_encode(['post' => $_POST, 'files' => $files, 'length' => $_SERVER['CONTENT_LENGTH'] ?? null, 'type' => $_SERVER['CONTENT_TYPE'] ?? null, 'method' => $_SERVER['REQUEST_METHOD'], 'sha256' => hash('sha256', $raw), 'bytes' => strlen($raw)]);
