<?php
header('Content-Type: application/json');
echo json_encode(['script' => 'sub', 'server' => $_SERVER]);
