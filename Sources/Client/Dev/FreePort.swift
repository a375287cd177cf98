import Glibc

/// Ports of the loopback interface.
enum FreePort {
    /// The wanted port, or a free one when it is taken.
    static func near(_ wanted: UInt16) throws(ClientError) -> UInt16 {
        if let port = bound(wanted) { return port }
        if let port = bound(0) { return port }
        throw .dev(what: "no port of 127.0.0.1 is free: \(String(cString: strerror(errno)).lowercased())", wayOut: nil)
    }

    /// Whether somebody listens on it.
    static func isTaken(_ port: UInt16) -> Bool { bound(port) == nil }

    /// The port that a socket could be bound to; the socket is closed again, so somebody else may take it meanwhile.
    private static func bound(_ port: UInt16) -> UInt16? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, length) == 0, listen(descriptor, 1) == 0,
                    getsockname(descriptor, generic, &length) == 0
                else { return nil }
                return UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
    }
}
