// Arguments, environment, standard streams, folders and files by Zig's std, without a C library.
const std = @import("std");

pub fn main() !void {
    var arena = std.heap.ArenaAllocator.init(std.heap.page_allocator);
    const allocator = arena.allocator();
    const out = std.io.getStdOut().writer();
    const arguments = try std.process.argsAlloc(allocator);
    for (arguments[1..]) |argument| try out.print("argument: {s}\n", .{argument});
    const environment = try std.process.getEnvMap(allocator);
    try out.print("environment: {s}\n", .{environment.get("KEY") orelse "-"});
    const line = try std.io.getStdIn().reader().readUntilDelimiterAlloc(allocator, '\n', 100);
    try out.print("input: {s}\n", .{line});

    const preopens = try std.fs.wasi.preopensAlloc(allocator);
    for (preopens.names[3..], 3..) |name, fd| try out.print("{d} is '{s}'\n", .{ fd, name });
    const folder = std.fs.Dir{ .fd = preopens.find("/data") orelse return error.NoFolder };
    try folder.makePath("a/b");
    try folder.writeFile("a/b/file", "contents");
    const text = try folder.readFileAlloc(allocator, "a/b/file", 100);
    try out.print("file: {s}\n", .{text});
    try folder.deleteTree("a");
    std.process.exit(42);
}
