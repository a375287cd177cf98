/// An absolute `http` or `https` address, taken apart.
///
/// Only addresses whose parts every reader finds at the same place are taken, so what is checked here is what is
/// connected to: ASCII without space, backslash or control characters; no user name; a host of letters, digits, `-`,
/// `_` and `.`, or an IPv6 address in brackets; no `.` or `..` in the path, percent-encoded or not, nor between slashes
/// or backslashes that are.
package struct WebAddress: Sendable, Equatable, CustomStringConvertible {
    package let scheme: String
    /// In lower case, without a dot at the end.
    package let host: String
    /// The port that is connected to, the scheme's own where none is written.
    package let port: Int
    /// Beginning with `/`.
    package let path: String
    /// With its `?`, or empty.
    ///
    /// A fragment is dropped.
    package let query: String

    /// - Throws: `WebAddressError` that says what is wrong.
    package init(_ text: String) throws(WebAddressError) {
        try self.init(text, relativeTo: nil)
    }

    /// Reads an address that may leave out what it shares with `base`, as a `Location` does.
    package init(_ text: String, relativeTo base: WebAddress?) throws(WebAddressError) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw WebAddressError(reason: "the address holds a character that must be percent-encoded")
        }
        let whole = text.prefix { $0 != "#" }
        if let base, !Self.hasScheme(whole) {
            self = try Self.resolve(whole, base)
            return
        }
        guard let end = whole.firstRange(of: "://") else {
            throw WebAddressError(reason: "the address begins neither with https:// nor with http://")
        }
        try self.init(scheme: whole[..<end.lowerBound].lowercased(), rest: whole[end.upperBound...])
    }

    private init(scheme: String, rest: Substring) throws(WebAddressError) {
        guard scheme == "https" || scheme == "http" else {
            throw WebAddressError(reason: "the address begins neither with https:// nor with http://")
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        (host, port) = try Self.place(authority, defaultPort: scheme == "https" ? 443 : 80)
        let target = rest.dropFirst(authority.count)
        let path = target.prefix { $0 != "?" }
        guard !Self.holdsDots(path) else {
            throw WebAddressError(reason: "the path holds . or ..")
        }
        self.scheme = scheme
        self.path = path.isEmpty ? "/" : String(path)
        query = String(target.dropFirst(path.count))
    }

    package var description: String { origin + path + query }

    /// Scheme, host and port.
    package var origin: String {
        let isUsual = port == (scheme == "https" ? 443 : 80)
        return "\(scheme)://\(host)" + (isUsual ? "" : ":\(port)")
    }

    /// Whether this lies at `base` or below it: same scheme, host and port, and the path begins with the base's, whole
    /// segments only.
    package func lies(below base: WebAddress) -> Bool {
        guard origin == base.origin else { return false }
        let beginning = base.path.hasSuffix("/") ? base.path : base.path + "/"
        return path == base.path || path.hasPrefix(beginning)
    }

    private static func hasScheme(_ text: Substring) -> Bool {
        let scheme = text.prefix { $0 != ":" && $0 != "/" && $0 != "?" }
        return text.dropFirst(scheme.count).first == ":"
    }

    private static func resolve(_ text: Substring, _ base: WebAddress) throws(WebAddressError) -> WebAddress {
        if text.hasPrefix("//") { return try WebAddress(scheme: base.scheme, rest: text.dropFirst(2)) }
        if text.hasPrefix("/") { return try WebAddress(base.origin + text) }
        if text.isEmpty { return base }
        if text.hasPrefix("?") { return try WebAddress(base.origin + base.path + text) }
        let directory = base.path[...(base.path.lastIndex(of: "/") ?? base.path.startIndex)]
        return try WebAddress(base.origin + directory + text)
    }

    private static func place(
        _ authority: Substring,
        defaultPort: Int
    ) throws(WebAddressError) -> (host: String, port: Int) {
        guard !authority.contains("@") else {
            throw WebAddressError(reason: "the address holds a user name; secrets belong to a connection")
        }
        var host = authority
        var port = defaultPort
        let afterBracket = authority.lastIndex(of: "]").map { authority[$0...] } ?? authority
        if let colon = afterBracket.lastIndex(of: ":") {
            let digits = authority[authority.index(after: colon)...]
            guard let number = UInt16(digits), digits.allSatisfy(\.isNumber), number > 0 else {
                throw WebAddressError(reason: "the port is no number from 1 to 65535")
            }
            host = authority[..<colon]
            port = Int(number)
        }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        let name = isBracketed ? host.dropFirst().dropLast() : host
        guard !name.isEmpty, name.utf8.allSatisfy({ isBracketed ? isHexOrColon($0) : isNameByte($0) }) else {
            throw WebAddressError(reason: "the address has no host that can be read")
        }
        let lowercase = host.lowercased()
        return (lowercase.hasSuffix(".") ? String(lowercase.dropLast()) : lowercase, port)
    }

    private static func isHexOrColon(_ byte: UInt8) -> Bool {
        Character(Unicode.Scalar(byte)).isHexDigit || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        let character = Character(Unicode.Scalar(byte))
        return character.isLetter || character.isNumber || character == "-" || character == "." || character == "_"
    }

    /// Servers that decode a path before they resolve it take an encoded slash, and some a backslash, for the end of a
    /// segment; and some drop what follows a semicolon, as the parameters of a segment, before they resolve it.
    private static func holdsDots(_ path: Substring) -> Bool {
        let plain = path.lowercased().replacing("%2e", with: ".").replacing("%2f", with: "/")
            .replacing("%5c", with: "/").replacing("%3b", with: ";")
        return plain.split(separator: "/").contains { segment in
            let name = segment.prefix { $0 != ";" }
            return name == "." || name == ".."
        }
    }
}

/// Why a text is no address that is taken.
package struct WebAddressError: Error, Equatable, CustomStringConvertible {
    /// What was wrong, in lower case.
    package let reason: String

    package var description: String { reason }
}
