package import JobModel

/// How a server is reached that speaks the Model Context Protocol.
package struct MCPConnection: Equatable, Sendable {
    package enum Place: Equatable, Sendable {
        /// A program of the worker's host that is started for each attempt that needs it.
        ///
        /// It finds these variables in its environment and nothing of the worker's.
        case program(command: [String], environment: [NamedSecret], directory: String?)
        /// An address on the web.
        case web(url: String, headers: [NamedSecret], allowsPrivate: Bool)
    }

    /// Which form of the protocol is spoken.
    package enum Form: String, CaseIterable, Sendable {
        /// The newest that the server knows.
        case automatic = "auto"
        /// The one that begins with a handshake.
        case handshake
        /// The one in which each request stands for itself.
        case stateless
    }

    package let place: Place
    package let form: Form
}

/// A value that may be a secret, under its name.
package struct NamedSecret: Equatable, Sendable {
    package let name: String
    package let value: Secret
    /// Whether the value must not be seen; one that stands in the connections file as it is, as a setting does, may.
    package var isHidden = true
}
