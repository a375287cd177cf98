import Glibc

/// The address of a peer.
enum IPAddress: Equatable {
    case v4([UInt8])
    case v6([UInt8])

    /// Reads the usual text form; nil for anything else.
    init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self = .v4(withUnsafeBytes(of: &v4) { Array($0) })
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            self = .v6(withUnsafeBytes(of: &v6) { Array($0) })
        } else {
            return nil
        }
    }

    /// Reads a socket address; nil for a family other than IPv4 and IPv6.
    init?(socketAddress address: UnsafeRawBufferPointer) {
        guard address.count >= MemoryLayout<sa_family_t>.size else { return nil }
        switch Int32(address.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET where address.count >= MemoryLayout<sockaddr_in>.size:
            var v4 = address.loadUnaligned(as: sockaddr_in.self).sin_addr
            self = .v4(withUnsafeBytes(of: &v4) { Array($0) })
        case AF_INET6 where address.count >= MemoryLayout<sockaddr_in6>.size:
            var v6 = address.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            self = .v6(withUnsafeBytes(of: &v6) { Array($0) })
        default:
            return nil
        }
    }

    /// Whether the address belongs to the public internet.
    var isPublic: Bool {
        switch self {
        case .v4(let bytes):
            !Self.reservedV4.contains { Self.matches(bytes, $0.prefix, bits: $0.bits) }
        case .v6(let bytes):
            if let offset = Self.wrappingV6.first(where: { Self.matches(bytes, $0.prefix, bits: $0.bits) })?.offset {
                IPAddress.v4(Array(bytes[offset..<offset + 4])).isPublic
            } else {
                // Only 2000::/3 is given out; the ranges in it that are not for hosts are taken out again.
                Self.matches(bytes, [0x20], bits: 3)
                    && !Self.reservedV6.contains { Self.matches(bytes, $0.prefix, bits: $0.bits) }
            }
        }
    }

    private static func matches(_ bytes: [UInt8], _ prefix: [UInt8], bits: Int) -> Bool {
        (0..<bits).allSatisfy { bit in
            let expected = bit / 8 < prefix.count ? prefix[bit / 8] : 0
            return (bytes[bit / 8] ^ expected) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }

    /// The IPv4 ranges that are not of the public internet (IANA special-purpose registry, multicast, reserved).
    private static let reservedV4: [(prefix: [UInt8], bits: Int)] = [
        ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([169, 254], 16), ([172, 16], 12), ([192, 0, 0], 24),
        ([192, 0, 2], 24), ([192, 88, 99], 24), ([192, 168], 16), ([198, 18], 15), ([198, 51, 100], 24),
        ([203, 0, 113], 24), ([224], 4), ([240], 4),
    ]

    /// The IPv6 ranges within 2000::/3 that are not for hosts: IETF protocols with Teredo, and documentation.
    private static let reservedV6: [(prefix: [UInt8], bits: Int)] = [
        ([0x20, 0x01, 0x00], 23), ([0x20, 0x01, 0x0D, 0xB8], 32), ([0x3F, 0xFF], 20),
    ]

    /// The IPv6 ranges that carry an IPv4 address, and the byte at which it begins: mapped, NAT64, 6to4.
    private static let wrappingV6: [(prefix: [UInt8], bits: Int, offset: Int)] = [
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 96, 12), ([0x00, 0x64, 0xFF, 0x9B], 96, 12),
        ([0x20, 0x02], 16, 2),
    ]
}
