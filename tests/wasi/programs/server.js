// Answers three requests over HTTP by WasmEdge's sockets.
import * as net from 'wasi_net';

function text_of(buffer) {
  return String.fromCharCode(...new Uint8Array(buffer));
}

async function answer(connection) {
  const path = text_of(await connection.read()).split(' ')[1];
  const body = 'you asked for ' + path + '\n';
  connection.write('HTTP/1.1 200 OK\r\nContent-Length: ' + body.length +
                   '\r\nConnection: close\r\n\r\n' + body);
  connection.end();
}

async function serve(port) {
  const server = new net.WasiTcpServer(port);
  print('ready');
  for (let count = 0; count < 3; ++count) await answer(await server.accept());
  print('done');
}

serve(parseInt(args[1])).catch((error) => print('failed:', error));
