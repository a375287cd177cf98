import Glibc

/// Words for what the server's library says when it cannot listen.
enum ListenFailure {
    /// The operating system's own words.
    ///
    /// The library's errors are known here by their texts alone: `bind(…): Address already in use) (errno: 98)` and
    /// `SocketAddressError.UnknownHost: Name or service not known (error -2) for host …`. Other texts stay as they are.
    static func reason(of error: any Error) -> String {
        let text = "\(error)"
        if let code = number(after: "(errno: ", in: text) { return String(cString: strerror(code)).lowercased() }
        if text.contains("UnknownHost") { return "the host name has no address" }
        return text
    }

    private static func number(after mark: String, in text: String) -> Int32? {
        guard let begin = text.firstRange(of: mark)?.upperBound else { return nil }
        return Int32(text[begin...].prefix { $0.isNumber })
    }
}
