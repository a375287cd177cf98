/// Where requests may go, redirects included.
package enum HTTPTarget: Sendable, Equatable {
    /// To an address and what lies below it. A request may write the path alone.
    case below(WebAddress)
    /// To these hosts, over https, at the port given with the host or at 443.
    case hosts([String])
    /// To any address that the address policy allows.
    case anywhere

    /// Reads what a request names.
    func address(_ text: String) throws(WebAddressError) -> WebAddress {
        guard case .below(let base) = self, text.hasPrefix("/"), !text.hasPrefix("//") else {
            return try WebAddress(text)
        }
        let directory = base.path.hasSuffix("/") ? String(base.path.dropLast()) : base.path
        return try WebAddress(base.origin + directory + text)
    }

    /// Why a request must not go to an address; nil when it may.
    func objection(to address: WebAddress) -> String? {
        switch self {
        case .below(let base):
            return address.lies(below: base) ? nil : "\(address.origin)\(address.path) does not lie below \(base)"
        case .hosts(let hosts):
            let names = [address.host + ":\(address.port)"] + (address.port == 443 ? [address.host] : [])
            let isNamed = hosts.contains { names.contains($0.lowercased()) }
            if !isNamed { return "\(address.host) is none of the hosts \(hosts.joined(separator: ", "))" }
            return address.scheme == "https" ? nil : "\(address.host) may be reached over https only"
        case .anywhere:
            return nil
        }
    }
}
