internal import JobModel

extension HTTPDefinition {
    private static let keys = KnownKeys([
        "method", "url", "headers", "body", "connection", "expect", "effect", "unknown",
    ])

    /// Reads a request; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let method = mapping["method"].map { $0.choice(HTTPMethod.self) ?? .get } ?? .get
        let connection = mapping["connection"]?.name()
        let url = mapping.required("url").flatMap { Self.url($0, isOnConnection: mapping["connection"] != nil) }
        let headers = mapping["headers"].map(Self.headers) ?? []
        let body = mapping["body"]?.templateValue()
        if let body = mapping["body"], [.get, .head].contains(method) {
            body.fault("a \(method.rawValue) request has no body", hint: "write method: POST")
        }
        let expect = mapping["expect"]?.elements(of: "status codes")?.compactMap { $0.integer(in: 100...599) } ?? []
        let effect = mapping["effect"]?.choice(Effect.self) ?? method.usualEffect
        guard let url else { return nil }
        self.init(
            method: method,
            url: url,
            headers: headers,
            body: body,
            connection: connection,
            expect: expect,
            effect: effect,
            unknown: mapping["unknown"]?.choice(UnknownPolicy.self) ?? .ask
        )
    }

    private static func url(_ field: SourceField, isOnConnection: Bool) -> URLTemplate? {
        guard let template = field.template() else { return nil }
        do throws(URLTemplateError) {
            let url = try URLTemplate(template)
            switch (url.base, isOnConnection) {
            case (.absolute, false), (.path, true): return url
            case (.absolute, true):
                field.fault("the connection gives the host", hint: "write the path only, beginning with /")
            case (.path, false):
                field.fault("the host is missing", hint: "begin with https:// and the host, or name a connection")
            }
        } catch {
            field.fault(error.reason, hint: error.hint)
        }
        return nil
    }

    private static func headers(_ field: SourceField) -> [Header] {
        (field.entries(of: "headers", atMost: 100) ?? []).compactMap { name, key, value in
            guard isToken(name) else {
                key.fault("\(quoted(name)) is no name of a header")
                return nil
            }
            guard let template = value.wordTemplate() else { return nil }
            for case .literal(let text) in template.segments where text.utf8.contains(where: { $0 < 0x20 && $0 != 9 }) {
                value.fault("a header is one line", hint: "remove the line break")
                return nil
            }
            return Header(name: name, value: template)
        }
    }

    /// Whether a text is what RFC 9110 calls a token.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0.isNameLetter || "!#$%&'*+.^`|~".unicodeScalars.contains($0) }
    }
}
