import CLibCurl

/// The parts of a request's address that matter before it is sent, read by libcurl's own parser.
struct RequestAddress: Equatable {
    /// `http` or `https`.
    let scheme: String
    /// Host and, when it was given, port: fit to be shown.
    let host: String

    init(_ url: String) throws(HTTPTransportError) {
        guard let parsed = curl_url() else { preconditionFailure("out of memory") }
        defer { curl_url_cleanup(parsed) }
        guard !url.utf8.contains(0), curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK else {
            throw .invalidRequest(reason: "the address is no URL")
        }
        guard let scheme = Self.part(CURLUPART_SCHEME, of: parsed), ["http", "https"].contains(scheme) else {
            throw .invalidRequest(reason: "the address begins neither with http:// nor with https://")
        }
        guard Self.part(CURLUPART_USER, of: parsed) == nil, Self.part(CURLUPART_PASSWORD, of: parsed) == nil else {
            throw .invalidRequest(reason: "the address holds a user name or password; use a header instead")
        }
        guard let host = Self.part(CURLUPART_HOST, of: parsed) else {
            throw .invalidRequest(reason: "the address has no host")
        }
        self.scheme = scheme
        self.host = Self.part(CURLUPART_PORT, of: parsed).map { "\(host):\($0)" } ?? host
    }

    private static func part(_ part: CURLUPart, of parsed: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parsed, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
