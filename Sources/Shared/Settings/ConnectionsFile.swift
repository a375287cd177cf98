import JobModel
import Yams

/// Reads the connections file: what a worker can reach, with the secrets by value, by environment or by file.
///
/// ```yaml
/// connections:
///   openai: {kind: openai, url: "https://api.openai.com/v1", key_env: OPENAI_API_KEY,
///            prices: {gpt-4o: {input: 2.50, cached_input: 1.25, output: 10.00}}}
///   warehouse: {kind: postgres, url_env: WAREHOUSE_URL}
///   hooks: {kind: http, url: "https://hooks.example.com/", headers: {Authorization: {env: HOOKS_TOKEN}}}
/// ```
package struct ConnectionsFile {
    private let path: String
    private let environment: [String: String]
    private var faults: [SettingsFaults.Fault] = []

    /// The connections in the file, by name.
    ///
    /// - Throws: All faults of the file at once, under the key `connections`, with line and column.
    package static func read(
        _ path: String,
        environment: [String: String]
    ) throws(SettingsFaults) -> [String: ConnectionDefinition] {
        var reader = ConnectionsFile(path: path, environment: environment)
        let root = try SettingsFile.mapping(path, as: "connections")
        var connections: [String: ConnectionDefinition] = [:]
        for (key, node) in root {
            guard key.string == "connections", let mapping = node.mapping else {
                reader.refuse(key, "the file must hold the one key connections, a mapping of names")
                continue
            }
            for (name, node) in mapping {
                guard let text = name.string, let kind = reader.kind(of: node, at: name) else { continue }
                connections[text] = ConnectionDefinition(name: text, kind: kind)
            }
        }
        guard reader.faults.isEmpty else { throw SettingsFaults(faults: reader.faults) }
        return connections
    }

    private init(path: String, environment: [String: String]) {
        self.path = path
        self.environment = environment
    }

    private mutating func refuse(_ node: Node, _ reason: String) {
        let mark = node.mark.map { ":\($0.line):\($0.column)" } ?? ""
        faults.append(SettingsFaults.Fault(key: "connections", reason: "\(path)\(mark): \(reason)"))
    }

    private mutating func kind(of node: Node, at name: Node) -> ConnectionDefinition.Kind? {
        guard let mapping = node.mapping else {
            refuse(name, "a connection is a mapping with a kind")
            return nil
        }
        switch mapping["kind"]?.string {
        case "openai":
            check(mapping, ["kind", "url", "url_env", "key", "key_env", "key_file", "prices", "first_byte", "stall"])
            guard let url = secret("url", of: mapping, at: name) else { return nil }
            let key =
                ["key", "key_env", "key_file"].contains { mapping[$0] != nil }
                ? secret("key", of: mapping, at: name) : nil
            return .openai(
                url: url.exposed,
                key: key,
                prices: prices(mapping["prices"]),
                silence: .init(firstByte: duration(mapping["first_byte"]), stall: duration(mapping["stall"]))
            )
        case "postgres":
            check(mapping, ["kind", "url", "url_env", "url_file"])
            return secret("url", of: mapping, at: name).map { .postgres(url: $0) }
        case "http":
            check(mapping, ["kind", "url", "url_env", "headers", "allow_private"])
            guard let url = secret("url", of: mapping, at: name) else { return nil }
            return .http(
                url: url.exposed,
                headers: headers(mapping["headers"]),
                allowsPrivate: mapping["allow_private"]?.bool ?? false
            )
        default:
            refuse(mapping["kind"] ?? name, "kind must be openai, postgres or http")
            return nil
        }
    }

    private mutating func check(_ mapping: Node.Mapping, _ known: [String]) {
        for (key, _) in mapping where !known.contains(key.string ?? "") {
            refuse(key, "unknown key \(key.string ?? "?"); known are \(known.joined(separator: ", "))")
        }
    }

    /// The value of `key`, or of the variable or the file that `key_env` or `key_file` names.
    private mutating func secret(_ key: String, of mapping: Node.Mapping, at name: Node) -> Secret? {
        if let text = mapping[key]?.scalar?.string { return Secret(text) }
        if let node = mapping[key + "_env"], let variable = node.string {
            guard let value = environment[variable], !value.isEmpty else {
                refuse(node, "the environment variable \(variable) is not set")
                return nil
            }
            return Secret(value)
        }
        if let node = mapping[key + "_file"], let file = node.string {
            do {
                let text = try SettingsFile.contents(file, as: "connections")
                return Secret(String(text.reversed().drop { $0.isNewline }.reversed()))
            } catch {
                refuse(node, error.faults.map(\.reason).joined(separator: "; "))
                return nil
            }
        }
        refuse(name, "needs \(key), \(key)_env or \(key)_file")
        return nil
    }

    private mutating func duration(_ node: Node?) -> Duration? {
        guard let node else { return nil }
        guard let length = node.scalar.flatMap({ Duration(text: $0.string) }), length > .zero else {
            refuse(node, "must be a length of time with its unit, such as 90s")
            return nil
        }
        return length
    }

    private mutating func prices(_ node: Node?) -> [String: ModelPrice] {
        guard let mapping = node?.mapping else { return [:] }
        var prices: [String: ModelPrice] = [:]
        for (model, node) in mapping {
            guard let name = model.scalar?.string, let input = price(node["input"]), let output = price(node["output"])
            else {
                refuse(model, "a price needs input and output, in dollars for a million tokens, such as 2.50")
                continue
            }
            prices[name] = ModelPrice(input: input, cachedInput: price(node["cached_input"]), output: output)
        }
        return prices
    }

    /// Dollars with at most six places, read without a floating-point number in between.
    private func price(_ node: Node?) -> Int64? {
        guard let text = node?.scalar?.string else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Int64(parts[0]), (0...1_000_000).contains(whole) else {
            return nil
        }
        let places = parts.count == 2 ? parts[1] : ""
        guard places.count <= 6, places.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return whole * 1_000_000 + (Int64(places + String(repeating: "0", count: 6 - places.count)) ?? 0)
    }

    private mutating func headers(_ node: Node?) -> [(name: String, value: Secret)] {
        guard let mapping = node?.mapping else { return [] }
        var headers: [(name: String, value: Secret)] = []
        for (key, value) in mapping {
            guard let name = key.string else { continue }
            if let text = value.scalar?.string {
                headers.append((name, Secret(text)))
            } else if let variable = value["env"]?.string, let text = environment[variable], !text.isEmpty {
                headers.append((name, Secret(text)))
            } else {
                refuse(key, "a header is a text, or {env: NAME} of a variable that is set")
            }
        }
        return headers
    }
}
