import JobModel

extension DatabaseAccess {
    /// The tables and views that the role may see, those of the system left out: schema, name, kind, comment.
    package func tables() async throws -> DatabaseAnswer {
        try await catalog(
            """
            SELECT t.table_schema AS schema, t.table_name AS name, lower(t.table_type) AS kind,
                obj_description(format('%I.%I', t.table_schema, t.table_name)::regclass, 'pg_class') AS comment
            FROM information_schema.tables AS t
            WHERE t.table_schema NOT IN ('pg_catalog', 'information_schema')
                AND \(Self.isAllowed("format('%I.%I', t.table_schema, t.table_name)::regclass::oid", place: 1))
            ORDER BY t.table_schema, t.table_name
            """,
            [allowedNames]
        )
    }

    /// The columns of the tables and views of this name, or of one when the schema is given too: schema, name, type,
    /// whether it may be NULL, default, whether it is in the primary key, comment.
    ///
    /// No rows when there is no such table.
    package func columns(ofTable table: String, inSchema schema: String? = nil) async throws -> DatabaseAnswer {
        try await catalog(
            """
            SELECT n.nspname AS schema, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
                NOT a.attnotnull AS nullable, pg_get_expr(d.adbin, d.adrelid) AS default,
                EXISTS (
                    SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)
                ) AS primary_key,
                col_description(c.oid, a.attnum) AS comment
            FROM pg_class AS c
            JOIN pg_namespace AS n ON n.oid = c.relnamespace
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
            WHERE c.relname = $1::text AND ($2::text IS NULL OR n.nspname = $2::text)
                AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
                AND \(Self.isAllowed("c.oid", place: 3))
            ORDER BY n.nspname, a.attnum
            """,
            [.string(table), schema.map(JSONValue.string) ?? .null, allowedNames]
        )
    }

    /// Runs a statement of our own, which reads the catalog and so cannot be kept to the tables.
    private func catalog(_ sql: String, _ parameters: [JSONValue]) async throws -> DatabaseAnswer {
        try await run(sql, parameters, keptTo: nil)
    }

    private var allowedNames: JSONValue { allowed.map { .array($0.map(JSONValue.string)) } ?? .null }

    /// The condition that a table is one of those that a parameter names; a parameter that is NULL names all.
    private static func isAllowed(_ oid: String, place: Int) -> String {
        """
        ($\(place)::json IS NULL OR \(oid) IN (
            SELECT to_regclass(
                array_to_string(ARRAY(SELECT quote_ident(n) FROM unnest(string_to_array(name, '.')) AS n), '.')
            )::oid
            FROM json_array_elements_text($\(place)::json) AS name
        ))
        """
    }
}
