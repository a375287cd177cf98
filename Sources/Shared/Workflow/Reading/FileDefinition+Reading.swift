internal import JobModel

extension FileDefinition {
    private static let maximumCount = 20

    /// Reads `images` and `files`, in this order.
    static func files(in mapping: SourceMapping) -> [FileDefinition] {
        [("images", true), ("files", false)].flatMap { key, isImage in
            (mapping[key]?.elements(of: "files", atMost: maximumCount) ?? []).compactMap {
                FileDefinition(reading: $0, isImage: isImage)
            }
        }
    }

    private init?(reading field: SourceField, isImage: Bool) {
        guard case .mapping = field.node.content else {
            guard let source = field.template() else { return nil }
            Self.check(source, field)
            self.init(source: source, mediaType: nil, name: nil, isImage: isImage)
            return
        }
        guard let mapping = field.mapping(KnownKeys(["from", "type", "name"])) else { return nil }
        let from = mapping.required("from", hint: "an https address, a data: address, or JOB/PATH of an artifact")
        let type = mapping["type"]?.nonEmptyText()
        let name = mapping["name"]?.nonEmptyText()
        if let type,
            type.split(separator: "/", omittingEmptySubsequences: false).count != 2
                || type.contains(where: \.isWhitespace)
        {
            mapping["type"]?.fault("\(quoted(type)) is no media type", hint: "as in application/pdf")
        }
        guard let from, let source = from.template() else { return nil }
        Self.check(source, from)
        self.init(source: source, mediaType: type?.lowercased(), name: name, isImage: isImage)
    }

    /// Checks a source that is written out, and notes the job whose artifact it is.
    private static func check(_ source: Template, _ field: SourceField) {
        guard let text = source.literal, !text.hasPrefix("https://"), !text.hasPrefix("data:") else { return }
        guard !text.contains("://") else {
            field.fault("\(quoted(text)) is no address that can be shown", hint: "it must begin with https://")
            return
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, Naming.fault(of: String(parts[0])) == nil else {
            field.fault(
                "\(quoted(text)) names no file",
                hint: "write an https address, a data: address, or JOB/PATH of an artifact"
            )
            return
        }
        field.context.note([.output(job: String(parts[0]))], at: field.place, path: field.path)
    }
}
