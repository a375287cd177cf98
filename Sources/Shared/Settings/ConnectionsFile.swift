import Workflow

/// Reads the connections file: what a worker can reach, with the secrets by value, by environment or by file.
///
/// ```yaml
/// connections:
///   openai: {kind: openai, url: "https://api.openai.com/v1", key_env: OPENAI_API_KEY,
///            prices: {gpt-4o: {input: 2.50, cached_input: 1.25, output: 10.00}}}
///   warehouse: {kind: postgres, url_env: WAREHOUSE_URL}
///   hooks: {kind: http, url: "https://hooks.example.com/", headers: {Authorization: {env: HOOKS_TOKEN}}}
/// ```
package enum ConnectionsFile {
    /// The connections in the file, by name.
    ///
    /// - Throws: All faults of the file at once, under the key `connections`, with line and column.
    package static func read(
        _ path: String,
        environment: [String: String]
    ) throws(SettingsFaults) -> [String: ConnectionDefinition] {
        var reader = ConnectionReader(path: path, environment: environment)
        var connections: [String: ConnectionDefinition] = [:]
        for entry in try SettingsFile.entries(path, as: ConnectionReader.key) {
            guard entry.key == "connections", let named = entry.value.entries else {
                reader.refuse(entry.keyPlace, "the file must hold the one key connections, a mapping of names")
                continue
            }
            for connection in named {
                guard let kind = reader.kind(of: connection) else { continue }
                connections[connection.key] = ConnectionDefinition(name: connection.key, kind: kind)
            }
        }
        guard reader.faults.isEmpty else { throw SettingsFaults(faults: reader.faults) }
        return connections
    }
}
