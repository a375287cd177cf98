internal import JobModel

extension ToolDefinition {
    private static let keys = KnownKeys(
        ["sql", "http", "command", "files", "agent", "ask", "mcp", "openapi", "tool"],
        later: ["skill"]
    )

    /// Reads the tools of an agent; those that cannot be used are reported and left out.
    ///
    /// - Parameter depth: How many agents deep the agent stands; 0 for a job's own.
    static func tools(reading field: SourceField, depth: Int = 0) -> [ToolDefinition] {
        var names: Set<String> = []
        return (field.elements(of: "tools", atMost: 128) ?? []).compactMap { element in
            guard let tool = tool(reading: element, depth: depth) else { return nil }
            // Some are called by names besides their own.
            let all = element.context.isKept ? [tool.name] : [tool.name] + (Self.names(of: [tool]) ?? [])
            if let taken = all.first(where: names.contains) {
                switch tool {
                case .mcp, .openapi: element.fault("the tools of \(tool.name) are there twice", hint: "name it once")
                case .sql, .http, .command, .files, .agent, .ask, .tool:
                    element.fault("there are two tools named \(taken)", hint: "give one of them another name")
                }
                return nil
            }
            names.formUnion(all)
            return tool
        }
    }

    private static func tool(reading field: SourceField, depth: Int) -> ToolDefinition? {
        guard let mapping = field.mapping(keys) else { return nil }
        let kinds = keys.keys.filter { mapping[$0] != nil }
        guard kinds.count == 1, let kind = kinds.first, let value = mapping[kind] else {
            guard case .mapping(let entries) = field.node.content, kinds.count > 1 || entries.isEmpty else {
                return nil
            }
            field.fault(
                kinds.isEmpty ? "the tool is empty" : "a tool is one of \(kinds.joined(separator: " and "))",
                hint: kinds.isEmpty ? "write one of \(keys.keys.joined(separator: ", "))" : "make two tools of it"
            )
            return nil
        }
        return switch kind {
        case "sql": SQLToolDefinition(reading: value).map(ToolDefinition.sql)
        case "http": HTTPToolDefinition(reading: value).map(ToolDefinition.http)
        case "files": FilesToolDefinition(reading: value).map(ToolDefinition.files)
        case "agent": AgentToolDefinition(reading: value, depth: depth + 1).map(ToolDefinition.agent)
        case "mcp": ServerToolsDefinition(reading: value, isMCP: true).map(ToolDefinition.mcp)
        case "openapi": ServerToolsDefinition(reading: value, isMCP: false).map(ToolDefinition.openapi)
        case "tool": CodeToolDefinition(reading: value).map(ToolDefinition.tool)
        case "ask": AskToolDefinition(reading: value).map(ToolDefinition.ask)
        default: CommandToolDefinition(reading: value).map(ToolDefinition.command)
        }
    }
}

extension SQLToolDefinition {
    fileprivate init?(reading field: SourceField) {
        let keys = KnownKeys(
            ["name", "description", "connection", "access", "tables", "max_rows", "max_bytes", "unknown"]
        )
        guard let mapping = field.mapping(keys) else { return nil }
        let name = mapping["name"].map { $0.name() } ?? "sql"
        let description = mapping["description"]?.text()
        let connection = mapping.required("connection")?.name()
        let access = mapping["access"]?.choice(SQLAccess.self) ?? .read
        let maximumRows = mapping["max_rows"]?.integer(in: 1...100_000) ?? 100
        let maximumBytes = mapping["max_bytes"]?.byteCount(in: 1...64 << 20) ?? 256 << 10
        let tables = mapping["tables"].map { $0.tableNames() }
        guard let name, let connection else { return nil }
        self.init(
            name: name,
            description: description,
            connection: connection,
            access: access,
            maximumRows: maximumRows,
            maximumBytes: maximumBytes,
            tables: tables,
            unknown: mapping["unknown"]?.choice(UnknownPolicy.self) ?? .ask
        )
    }
}

extension SourceField {
    /// The names of tables and views, each with or without its schema.
    fileprivate func tableNames() -> [String] {
        guard let elements = elements(of: "tables") else { return [] }
        if elements.isEmpty { fault("the list is empty, so no table is allowed") }
        return elements.compactMap { element in
            guard let name = element.text() else { return nil }
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 63 && !$0.contains("\0") })
            else {
                return element.expected(
                    "the name of a table",
                    hint: "as in orders or sales.orders, as the database has it"
                )
            }
            return name
        }
    }
}

extension CommandToolDefinition {
    fileprivate init?(reading field: SourceField) {
        let keys = KnownKeys(["name", "description", "run", "parameters", "effect", "timeout", "limits", "unknown"])
        guard let mapping = field.mapping(keys) else { return nil }
        let name = mapping.required("name")?.name()
        let description = mapping["description"]?.text()
        let run = mapping.required("run", hint: "as in run: [python3, chart.py]")?.arguments()
        let parameters = mapping["parameters"].map(Self.parameters) ?? JSONSchema.anyObject
        let effect = mapping["effect"]?.choice(Effect.self) ?? .once
        let timeout = mapping["timeout"]?.duration() ?? .seconds(60)
        let limits = mapping["limits"].map(ProgramLimitsDefinition.init(reading:)) ?? ProgramLimitsDefinition()
        guard let name, let run, let parameters else { return nil }
        self.init(
            name: name,
            description: description,
            run: run,
            parameters: parameters,
            effect: effect,
            unknown: mapping["unknown"]?.choice(UnknownPolicy.self) ?? .ask,
            timeout: timeout,
            limits: limits
        )
    }

    private static func parameters(_ field: SourceField) -> JSONSchema? {
        guard let schema = field.schema() else { return nil }
        guard schema.value["type"] == "object" else {
            field.fault("the schema of a tool's parameters is one of an object", hint: "write type: object")
            return nil
        }
        return schema
    }
}
