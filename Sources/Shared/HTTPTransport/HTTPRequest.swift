/// One HTTP request, and the bounds within which it is carried out.
package struct HTTPRequest: Sendable {
    /// The method, in upper case.
    package var method: String

    /// The absolute address: `http` or `https`, without user name and password.
    package var url: String

    /// The header fields; `Host`, `Content-Length` and a `User-Agent` are added.
    package var headers: HTTPHeaders

    /// The body, or nil for none.
    package var body: [UInt8]?

    /// The longest time until the connection stands, name resolution and TLS included; by default 10 seconds.
    package var connectTimeout: Duration = .seconds(10)

    /// The longest silence from the sending of the request to the first byte of the body.
    ///
    /// Nil, the default, means `stallTimeout`. An upload that makes progress is no silence.
    package var firstByteTimeout: Duration?

    /// The longest silence between two pieces of the body, by default 60 seconds.
    ///
    /// Nil means for ever. The time in which the reader leaves the body unread does not count.
    package var stallTimeout: Duration? = .seconds(60)

    /// The longest time for everything, the reading of the body included; nil, the default, means for ever.
    package var totalTimeout: Duration?

    /// Whether the redirects of a GET or HEAD are followed.
    ///
    /// At most `maximumRedirects` are, and none from `https` to `http`. By default they are handed to the caller; those
    /// of other methods always are.
    ///
    /// Header fields go to the new address too, but for `Authorization` and `Cookie` when the host changes.
    package var followsRedirects = false

    /// Which peers may be reached; by default any.
    package var addressPolicy: AddressPolicy = .any

    /// The proxy, such as `http://proxy:3128`; nil, the default, means none, whatever the environment says.
    ///
    /// With a proxy, `addressPolicy` judges the proxy's address, since nothing else is connected to.
    package var proxy: String?

    /// A file with the certificate authorities, in PEM, that are trusted instead of the system's; nil, the default,
    /// means the system's.
    package var certificateAuthorities: String?

    /// Whether the request may be sent a second time when a kept connection turns out to be dead; by default true for
    /// the methods that HTTP calls idempotent and false for the others.
    package var isRepeatable: Bool

    /// The most redirects that are followed.
    package static let maximumRedirects = 5

    /// A request with every bound at its default.
    package init(method: String = "GET", url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        isRepeatable = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].contains(method)
    }
}
