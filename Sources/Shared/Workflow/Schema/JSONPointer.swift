/// The way from the root of a JSON value to a part of it (RFC 6901).
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    /// The keys and, as decimal numbers, the indices.
    package let tokens: [String]

    /// The whole value.
    package static let root = JSONPointer(tokens: [])

    package init(tokens: [String]) { self.tokens = tokens }

    /// Reads the text form; nil when it is none.
    package init?(parsing text: String) {
        guard text.isEmpty || text.hasPrefix("/") else { return nil }
        var tokens: [String] = []
        for token in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            var unescaped = ""
            var isEscaped = false
            for character in token {
                switch (isEscaped, character) {
                case (false, "~"): isEscaped = true
                case (false, _): unescaped.append(character)
                case (true, "0"), (true, "1"):
                    unescaped.append(character == "0" ? "~" : "/")
                    isEscaped = false
                case (true, _): return nil
                }
            }
            guard !isEscaped else { return nil }
            tokens.append(unescaped)
        }
        self.init(tokens: tokens)
    }

    /// The way on to a key or an index.
    package func appending(_ token: String) -> JSONPointer { JSONPointer(tokens: tokens + [token]) }

    /// The text form, such as `/items/0/name`; empty for the root.
    package var description: String {
        tokens.map { token in
            "/"
                + token.reduce(into: "") { text, character in
                    switch character {
                    case "~": text += "~0"
                    case "/": text += "~1"
                    default: text.append(character)
                    }
                }
        }.joined()
    }
}
