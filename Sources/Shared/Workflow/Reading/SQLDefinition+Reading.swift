internal import JobModel

extension SQLDefinition {
    private static let keys = KnownKeys(["connection", "query", "access", "max_rows", "effect", "unknown"])

    /// Reads a statement; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        let connection = mapping.required("connection")?.name()
        let query = mapping.required("query").flatMap(Self.query)
        let access = mapping["access"]?.choice(SQLAccess.self) ?? .read
        let maximumRows = mapping["max_rows"]?.integer(in: 1...100_000) ?? 1_000
        let effect = mapping["effect"]?.choice(Effect.self) ?? (access == .read ? .none : .idempotent)
        guard let connection, let query else { return nil }
        self.init(
            connection: connection,
            query: query,
            access: access,
            maximumRows: maximumRows,
            effect: effect,
            unknown: mapping["unknown"]?.choice(UnknownPolicy.self) ?? .ask
        )
    }

    private static func query(_ field: SourceField) -> SQLQuery? {
        guard let template = field.template() else { return nil }
        do throws(SQLQueryError) {
            return try SQLQuery(template)
        } catch {
            field.fault(error.reason, hint: error.hint)
            return nil
        }
    }
}
