/// Which peers a request may reach, judged by the address that is connected to, after name resolution.
package enum AddressPolicy: Equatable, Sendable {
    /// Any address.
    case any
    /// Only addresses of the public internet: no loopback, private, link-local, shared, multicast, reserved or
    /// documentation range, in whatever form such an address is wrapped in an IPv6 one.
    case publicOnly

    /// Judges an address; one of an unknown kind is nil.
    func allows(_ address: IPAddress?) -> Bool {
        switch self {
        case .any: true
        case .publicOnly: address?.isPublic ?? false
        }
    }
}
