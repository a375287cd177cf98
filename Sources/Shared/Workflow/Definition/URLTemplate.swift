internal import JobModel

/// The address of a request, whose expressions stand for parts of its path and query only.
package struct URLTemplate: Equatable, Sendable {
    /// What the address begins with.
    package enum Base: Equatable, Sendable {
        /// `http://` or `https://` and a host.
        case absolute
        /// `/`: the rest comes from a connection.
        case path
    }

    /// The address as it is written.
    package let template: Template
    /// What it begins with.
    package let base: Base

    /// Checks an address.
    ///
    /// - Throws: `URLTemplateError` when the text is neither an address nor a path, or an expression stands before the
    ///   path.
    package init(_ template: Template) throws(URLTemplateError) {
        let beginning: String =
            switch template.segments.first {
            case .literal(let text): text
            case .expression, nil: ""
            }
        for segment in template.segments {
            if case .literal(let text) = segment, let bad = text.unicodeScalars.first(where: { !Self.isAllowed($0) }) {
                throw URLTemplateError(
                    reason: "the address holds \(quoted(String(Character(bad))))",
                    hint: "write it percent-encoded"
                )
            }
        }
        self.template = template
        if beginning.hasPrefix("/"), !beginning.hasPrefix("//") {
            base = .path
            return
        }
        guard let scheme = ["https://", "http://"].first(where: beginning.hasPrefix) else {
            throw URLTemplateError(
                reason: "the address does not begin with https:// or http://",
                hint: "with a connection, write the path only, beginning with /"
            )
        }
        let rest = beginning.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !host.isEmpty, host.count < rest.count || template.segments.count == 1 else {
            throw URLTemplateError(
                reason: "the host is not written out",
                hint: "expressions may stand in the path and the query only"
            )
        }
        guard !host.contains("@") else {
            throw URLTemplateError(
                reason: "the address holds a user name",
                hint: "secrets belong to a connection"
            )
        }
        base = .absolute
    }

    /// Returns the address, with each expression's value rendered and percent-encoded, `/` included.
    ///
    /// - Throws: `ExpressionError` when an expression has no value, or one that would change the path: `.`, `..`, or an
    ///   empty one that is all of its segment.
    package func url(in context: ExpressionContext) throws(ExpressionError) -> String {
        let url = try template.text(in: context) { value throws(ExpressionError.Reason) in
            let text = value.rendered
            guard text != ".", text != ".." else { throw .unusable("\(quoted(text)) cannot be part of an address") }
            return text.percentEncoded
        }
        if let empty = emptySegment(of: url) {
            throw ExpressionError(
                expression: empty.source,
                reason: .unusable("\"\" cannot be a part of the path of an address")
            )
        }
        return url
    }

    /// The first expression of a segment of the path that its values have left empty: `/orders/` is another place than
    /// `/orders/7`.
    private func emptySegment(of url: String) -> Expression? {
        var expressions: [Expression] = []
        var shape = ""
        for segment in template.segments {
            switch segment {
            case .literal(let text): shape += text
            case .expression(let expression):
                // No address holds a brace, so it marks where an expression stands.
                shape += "{\(expressions.count)}"
                expressions.append(expression)
            }
        }
        for (written, sent) in zip(Self.pathSegments(of: shape), Self.pathSegments(of: url)) where sent.isEmpty {
            guard let open = written.firstIndex(of: "{") else { continue }
            return Int(written[written.index(after: open)...].prefix { $0 != "}" }).map { expressions[$0] }
        }
        return nil
    }

    /// As many for an address as for what it is made from: values are percent-encoded, `/` included.
    private static func pathSegments(of url: String) -> [Substring] {
        url.prefix { $0 != "?" && $0 != "#" }.split(separator: "/", omittingEmptySubsequences: false)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        (0x21...0x7E).contains(scalar.value) && !["\"", "<", ">", "\\", "^", "`", "{", "|", "}"].contains(scalar)
    }
}

/// Why a text is no address.
package struct URLTemplateError: Error, Equatable, CustomStringConvertible {
    /// What was wrong, in lower case.
    package let reason: String
    /// What to write instead.
    package let hint: String?

    package var description: String { reason + (hint.map { "; " + $0 } ?? "") }
}

extension String {
    /// The text as a component of an address: all but RFC 3986's unreserved characters percent-encoded.
    var percentEncoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default: encoded.append(contentsOf: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
