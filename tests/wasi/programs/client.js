// Fetches /page of the host and port that it is given, by WasmEdge's sockets.
import * as net from 'wasi_net';

function text_of(buffer) {
  return String.fromCharCode(...new Uint8Array(buffer));
}

async function fetch_page(host, port) {
  const addresses = net.nsloopup(host, port);
  const connection = await net.WasiTcpConn.connect(addresses[0]);
  connection.write('GET /page HTTP/1.0\r\nHost: ' + host + '\r\n\r\n');
  let text = '';
  while (true) {
    const chunk = await connection.read();
    if (!chunk || chunk.byteLength == 0) break;
    text += text_of(chunk);
  }
  print('fetched: ' + text.split('\r\n\r\n')[1]);
}

fetch_page(args[1], args[2]).catch((error) => print('failed:', error));
