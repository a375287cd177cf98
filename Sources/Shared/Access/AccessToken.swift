package import Digests

/// A secret that lets a person or a machine use the HTTP API: `chs_` and 64 hexadecimal digits.
///
/// It prints as `<redacted>`; its text leaves through `reveal()` alone, and what is kept of it is its digest.
package struct AccessToken: Sendable {
    /// What every token begins with, so that people and secret scanners know it when they see it.
    package static let prefix = "chs_"
    /// The length of what is random in it.
    package static let byteCount = 32

    private let text: String

    /// A new token that nobody can guess.
    package static func mint() -> AccessToken {
        AccessToken(text: prefix + RandomBytes.token(byteCount: byteCount))
    }

    private init(text: String) { self.text = text }

    /// The token with this text, or nil when no token looks like it.
    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.prefix),
            let bytes = Hex.decode(text.dropFirst(Self.prefix.count).utf8), bytes.count == Self.byteCount
        else { return nil }
        self.text = String(text)
    }

    /// The text to show once, to whom the token is given, and to send with requests.
    package func reveal() -> String { text }

    /// What the database keeps of it: the SHA-256 of its text.
    package var digest: SHA256Digest { SHA256.digest(of: text.utf8) }
}

extension AccessToken: Equatable {
    package static func == (left: AccessToken, right: AccessToken) -> Bool {
        ConstantTime.areEqual(left.text.utf8, right.text.utf8)
    }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
