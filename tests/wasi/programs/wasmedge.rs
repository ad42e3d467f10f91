// WasmEdge's functions for sockets, declared as its crate declares them: a connection and a datagram between two
// sockets of one program, and a name looked up.
#[repr(C)]
struct Address {
    buffer: *const u8,
    size: usize,
}
#[repr(C)]
struct Iovec {
    buffer: *const u8,
    size: usize,
}
#[repr(C)]
#[derive(Clone, Copy)]
struct SocketAddress {
    family: u8,
    size: u32,
    data: *mut u8,
}
#[repr(C)]
#[derive(Clone, Copy)]
struct AddressInfo {
    flags: u16,
    family: u8,
    socket_type: u8,
    protocol: u8,
    address_size: u32,
    address: *mut SocketAddress,
    name: *mut u8,
    name_size: u32,
    next: *mut AddressInfo,
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
extern "C" {
    fn sock_open(family: u8, kind: u8, fd: *mut u32) -> u32;
    fn sock_bind(fd: u32, address: *const Address, port: u32) -> u32;
    fn sock_listen(fd: u32, backlog: u32) -> u32;
    fn sock_accept(fd: u32, connection: *mut u32) -> u32;
    fn sock_connect(fd: u32, address: *const Address, port: u32) -> u32;
    fn sock_recv(fd: u32, data: *const Iovec, count: usize, flags: u16, size: *mut usize, out: *mut usize) -> u32;
    fn sock_send(fd: u32, data: *const Iovec, count: u32, flags: u16, size: *mut u32) -> u32;
    fn sock_recv_from(fd: u32, data: *const Iovec, count: u32, from: *const Address, flags: u16, port: *mut u32,
                      size: *mut usize, out: *mut usize) -> u32;
    fn sock_send_to(fd: u32, data: *const Iovec, count: u32, to: *const Address, port: u32, flags: u16,
                    size: *mut u32) -> u32;
    fn sock_getlocaladdr(fd: u32, address: *const Address, kind: *mut u32, port: *mut u32) -> u32;
    fn sock_setsockopt(fd: u32, level: i32, name: i32, value: *const i32, size: u32) -> u32;
    fn sock_getaddrinfo(node: *const u8, node_size: u32, service: *const u8, service_size: u32,
                        hints: *const AddressInfo, list: *mut *mut AddressInfo, count: u32, found: *mut u32) -> u32;
}

const STREAM: u8 = 2;
const DATAGRAM: u8 = 1;
const LOOPBACK: [u8; 4] = [127, 0, 0, 1];

fn must(name: &str, error: u32) {
    if error != 0 {
        println!("{name}: {error}");
        std::process::exit(1);
    }
}

unsafe fn open(kind: u8) -> u32 {
    let mut fd = 0;
    must("sock_open", sock_open(1, kind, &mut fd));
    fd
}

unsafe fn local_port(fd: u32) -> u32 {
    let bytes = [0u8; 16];
    let (mut kind, mut port) = (0, 0);
    let address = Address { buffer: bytes.as_ptr(), size: 16 };
    must("sock_getlocaladdr", sock_getlocaladdr(fd, &address, &mut kind, &mut port));
    assert!(kind == 4 && bytes[..4] == LOOPBACK);
    port
}

unsafe fn stream(loopback: &Address) {
    let (listener, client) = (open(STREAM), open(STREAM));
    must("sock_setsockopt", sock_setsockopt(listener, 0, 0, &1, 4));
    must("sock_bind", sock_bind(listener, loopback, 0));
    must("sock_listen", sock_listen(listener, 8));
    must("sock_connect", sock_connect(client, loopback, local_port(listener)));
    let mut server = 0;
    must("sock_accept", sock_accept(listener, &mut server));
    let text = b"over a stream";
    let mut sent = 0;
    let data = Iovec { buffer: text.as_ptr(), size: text.len() };
    must("sock_send", sock_send(client, &data, 1, 0, &mut sent));
    let buffer = [0u8; 32];
    let (mut size, mut flags) = (0, 0);
    let data = Iovec { buffer: buffer.as_ptr(), size: buffer.len() };
    must("sock_recv", sock_recv(server, &data, 1, 0, &mut size, &mut flags));
    println!("{}", String::from_utf8_lossy(&buffer[..size]));
}

unsafe fn datagram(loopback: &Address) {
    let (one, two) = (open(DATAGRAM), open(DATAGRAM));
    must("sock_bind", sock_bind(one, loopback, 0));
    let text = b"as a datagram";
    let mut sent = 0;
    let data = Iovec { buffer: text.as_ptr(), size: text.len() };
    must("sock_send_to", sock_send_to(two, &data, 1, loopback, local_port(one), 0, &mut sent));
    let (buffer, from) = ([0u8; 32], [0u8; 128]);
    let (mut size, mut flags, mut port) = (0, 0, 0);
    let data = Iovec { buffer: buffer.as_ptr(), size: buffer.len() };
    let sender = Address { buffer: from.as_ptr(), size: 128 };
    must("sock_recv_from", sock_recv_from(one, &data, 1, &sender, 0, &mut port, &mut size, &mut flags));
    println!("{} from {:?}, {}", String::from_utf8_lossy(&buffer[..size]), &from[..2], port != 0);
}

unsafe fn look_up(node: &str, service: &str) {
    let mut data = [[0u8; 26]; 4];
    let mut addresses = [SocketAddress { family: 0, size: 14, data: std::ptr::null_mut() }; 4];
    let empty = AddressInfo {
        flags: 0, family: 1, socket_type: STREAM, protocol: 0, address_size: 0, address: std::ptr::null_mut(),
        name: std::ptr::null_mut(), name_size: 0, next: std::ptr::null_mut(),
    };
    let mut list = [empty; 4];
    for index in 0..4 {
        addresses[index].data = data[index].as_mut_ptr();
        list[index].address = &mut addresses[index];
        if index > 0 {
            list[index - 1].next = &mut list[index];
        }
    }
    let mut first: *mut AddressInfo = list.as_mut_ptr();
    let mut found = 0;
    must("sock_getaddrinfo", sock_getaddrinfo(node.as_ptr(), node.len() as u32, service.as_ptr(), service.len() as u32,
                                              &empty, &mut first, 4, &mut found));
    println!("{node}: {} {:?}", found, &data[0][..6]);
}

fn main() {
    let loopback = Address { buffer: LOOPBACK.as_ptr(), size: 4 };
    unsafe {
        stream(&loopback);
        datagram(&loopback);
        look_up("localhost", "80");
    }
}
