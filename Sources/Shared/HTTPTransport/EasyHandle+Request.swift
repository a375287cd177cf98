import CLibCurl

extension HTTPRequest {
    /// Redirects are followed only where that cannot repeat an effect or lose a body.
    var redirectsAreFollowed: Bool { followsRedirects && ["GET", "HEAD"].contains(method) }
}

extension EasyHandle {
    /// A handle on which everything but the callbacks is set.
    init(_ request: HTTPRequest, _ address: RequestAddress) throws(HTTPTransportError) {
        self.init()
        try set(CURLOPT_URL, request.url)
        try set(CURLOPT_NOSIGNAL, true)
        // Without this, ending a transfer waits for its name server: all others would stand still.
        try set(CURLOPT_QUICK_EXIT, true)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        // Only TLS tells at once whether a connection may be shared; without it libcurl would hold every request back until
        // the first one to a server has its answer.
        try set(CURLOPT_PIPEWAIT, address.scheme == "https")
        try set(CURLOPT_PATH_AS_IS, true)
        // Zero would mean libcurl's own default, and more than this is refused.
        let connectMilliseconds = min(max(1, request.connectTimeout.roundedUpMilliseconds), Int(Int32.max))
        try set(CURLOPT_CONNECTTIMEOUT_MS, connectMilliseconds)
        try set(CURLOPT_TCP_KEEPALIVE, true)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        // An empty text, unlike nothing, also rules out what the environment says.
        try set(CURLOPT_PROXY, request.proxy ?? "")
        try set(CURLOPT_NOPROXY, request.proxy == nil ? "*" : "")
        if let file = request.certificateAuthorities { try set(CURLOPT_CAINFO, file) }
        if request.redirectsAreFollowed {
            try set(CURLOPT_FOLLOWLOCATION, true)
            try set(CURLOPT_MAXREDIRS, HTTPRequest.maximumRedirects)
            try set(CURLOPT_REDIR_PROTOCOLS_STR, address.scheme == "https" ? "https" : "http,https")
        }
        try setMethod(request)
        try setHeaders(Self.lines(of: request))
    }

    private func setMethod(_ request: HTTPRequest) throws(HTTPTransportError) {
        guard !request.method.isEmpty, request.method.utf8.allSatisfy(isTokenByte) else {
            throw .invalidRequest(reason: "the method is no HTTP token")
        }
        switch (request.method, request.body) {
        case ("HEAD", nil): try set(CURLOPT_NOBODY, true)
        case ("GET", nil): try set(CURLOPT_HTTPGET, true)
        case ("POST", let body):
            try set(CURLOPT_POST, true)
            try setBody(body ?? [])
        case (let method, let body?):
            try setBody(body)
            try set(CURLOPT_CUSTOMREQUEST, method)
        case (let method, nil): try set(CURLOPT_CUSTOMREQUEST, method)
        }
    }

    /// The header in libcurl's notation: `Name: value`, `Name;` for an empty value, `Name:` for "leave it out".
    private static func lines(of request: HTTPRequest) throws(HTTPTransportError) -> [String] {
        var lines: [String] = []
        for field in request.headers {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(isTokenByte) else {
                throw .invalidRequest(reason: "the name of a header field is no HTTP token")
            }
            guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw .invalidRequest(reason: "the value of the header field \(field.name) holds a control character")
            }
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        if request.headers["User-Agent"] == nil { lines.append("User-Agent: chassis") }
        // libcurl would call every body a form, and wait a second for a large one to be asked for.
        if request.headers["Content-Type"] == nil { lines.append("Content-Type:") }
        if request.headers["Expect"] == nil { lines.append("Expect:") }
        return lines
    }
}

/// Whether a byte may stand in a method or in the name of a header field (RFC 9110, section 5.6.2).
private func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
