/// Where the API listens and how it stops.
package struct APIConfiguration: Equatable, Sendable {
    /// A host name or address of this machine; by default 127.0.0.1.
    package var host: String
    /// 0 to 65535, by default 8420; 0 takes a free one.
    package var port: Int
    /// How long requests that are under way at a graceful shutdown may take until they are cut off; by default 5 s.
    package var shutdownLimit: Duration

    package init(host: String = "127.0.0.1", port: Int = 8420, shutdownLimit: Duration = .seconds(5)) {
        self.host = host
        self.port = port
        self.shutdownLimit = shutdownLimit
    }
}
