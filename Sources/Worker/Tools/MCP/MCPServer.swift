/// An MCP server as a connection names it.
package struct MCPServer: Sendable {
    package enum Place: Sendable {
        /// A program that is started for each attempt that needs it, with these variables and no others.
        case program(arguments: [String], environment: [String: String], directory: String?)
        case web(MCPWebAddress)
    }

    /// Which form of the protocol is spoken.
    package enum Form: Sendable {
        /// The stateless form, where the server does not know it the handshake; the default.
        case either
        case stateless
        case handshake
    }

    /// The connection's name.
    package var name: String
    package var place: Place
    package var form = Form.either
    /// The largest message that is taken, in bytes, by default 8 MiB.
    package var maximumBytes = 8 << 20
    /// Texts that must not be seen, wherever the server repeats them.
    package var secrets: [String] = []

    package init(name: String, place: Place) {
        self.name = name
        self.place = place
    }

    /// A text of the server's without the secrets.
    func redacted(_ text: String) -> String {
        secrets.reduce(text) { text, secret in
            // A shorter one would blot out ordinary words.
            secret.utf8.count >= 6
                ? text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "<redacted>") : text
        }
    }
}
