import JobModel
import Workflow

/// Reads one connection after the other, and collects what is wrong with them.
struct ConnectionReader {
    /// The setting that the faults are reported under.
    static let key = "connections"
    static let maximumSecretBytes = 1 << 16
    private static let longestName = 63

    private let setting: String
    private let path: String
    let environment: [String: String]
    private(set) var faults: [SettingsFaults.Fault] = []

    init(path: String, environment: [String: String], setting: String = key) {
        self.setting = setting
        self.path = path
        self.environment = environment
    }

    /// Notes that something is wrong at a place of the file.
    mutating func refuse(_ place: SourcePlace, _ reason: String) {
        faults.append(.init(key: setting, reason: "\(path):\(place.line):\(place.column): \(reason)"))
    }

    /// What a name in the file stands for; nil when that cannot be understood, which was noted then.
    mutating func kind(of connection: SourceEntry) -> ConnectionDefinition.Kind? {
        guard (1...Self.longestName).contains(connection.key.utf8.count) else {
            refuse(connection.keyPlace, "a connection's name has 1 to \(Self.longestName) characters")
            return nil
        }
        guard let entries = connection.value.entries else {
            refuse(connection.keyPlace, "a connection is a mapping with a kind")
            return nil
        }
        let fields = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
        if let wire = fields["kind"]?.scalarText.flatMap(ModelAccess.Wire.init) {
            return model(wire, of: fields, at: connection).map { .model($0) }
        }
        switch fields["kind"]?.scalarText {
        case "postgres":
            check(entries, ["kind", "url", "url_env", "url_file"])
            return secret("url", of: fields, at: connection).map { .postgres(url: $0) }
        case "sqlite":
            check(entries, ["kind", "path"])
            guard let path = fields["path"]?.scalarText, path.hasPrefix("/"), !path.utf8.contains(0) else {
                refuse(
                    fields["path"]?.place ?? connection.keyPlace,
                    "path must be the absolute path of the database's file"
                )
                return nil
            }
            return .sqlite(path: path)
        case "http":
            check(entries, ["kind", "url", "url_env", "headers", "allow_private"])
            guard let url = address(of: fields, at: connection) else { return nil }
            return .http(
                url: url,
                headers: headers(fields["headers"]),
                allowsPrivate: flag("allow_private", of: fields)
            )
        case "mcp": return mcp(fields, of: connection).map { .mcp($0) }
        case "openapi": return openapi(fields, of: connection).map { .openapi($0) }
        default:
            let known = ModelAccess.Wire.allCases.map(\.rawValue).joined(separator: ", ")
            refuse(
                fields["kind"]?.place ?? connection.keyPlace,
                "kind must be one of \(known), postgres, sqlite, http, mcp, openapi"
            )
            return nil
        }
    }

    /// Refuses keys that are not known.
    mutating func check(_ entries: [SourceEntry], _ known: [String]) {
        for entry in entries where !known.contains(entry.key) {
            refuse(entry.keyPlace, "unknown key \(entry.key); known are \(known.joined(separator: ", "))")
        }
    }

    /// The http address of a connection.
    mutating func address(of fields: [String: SourceNode], at connection: SourceEntry) -> String? {
        guard let url = secret("url", of: fields, at: connection)?.exposed else { return nil }
        let rest = ["http://", "https://"].first { url.hasPrefix($0) }.map { url.dropFirst($0.count) }
        guard let rest, rest.first.map({ $0 != "/" }) ?? false, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            // Not repeated here: it may hold a password.
            let place = (fields["url"] ?? fields["url_env"])?.place ?? connection.keyPlace
            refuse(place, "the url must begin with http:// or https:// and a host, such as https://api.example.com/")
            return nil
        }
        return url
    }

    /// The value of `key`, or of the variable or the file that `key_env` or `key_file` names.
    mutating func secret(
        _ key: String,
        of fields: [String: SourceNode],
        at connection: SourceEntry
    ) -> Secret? {
        if let node = fields[key] {
            if let text = node.scalarText, !Self.isBlank(text) { return Secret(text) }
            refuse(node.place, "\(key) must be a text, and not empty")
            return nil
        }
        if let node = fields[key + "_env"], let variable = node.scalarText {
            if let value = environment[variable], !Self.isBlank(value) { return Secret(value) }
            refuse(node.place, "the environment variable \(variable) is not set")
            return nil
        }
        if let node = fields[key + "_file"], let file = node.scalarText {
            do throws(InputFileError) {
                let text = try InputFile.readText(file, maximumBytes: Self.maximumSecretBytes)
                guard !Self.isBlank(text) else { throw .empty }
                return Secret(String(text.reversed().drop { $0.isNewline }.reversed()))
            } catch {
                refuse(node.place, "\(file): \(error)")
                return nil
            }
        }
        refuse(connection.keyPlace, "needs \(key), \(key)_env or \(key)_file")
        return nil
    }

    /// Whether a text is no secret: what is signed with nothing, anybody can sign.
    private static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

    mutating func duration(_ key: String, of fields: [String: SourceNode]) -> Duration? {
        guard let node = fields[key] else { return nil }
        guard let length = node.scalarText.flatMap({ Duration(text: $0) }), length > .zero else {
            refuse(node.place, "\(key) must be a length of time with its unit, such as 90s")
            return nil
        }
        return length
    }

    mutating func flag(_ key: String, of fields: [String: SourceNode]) -> Bool {
        guard let node = fields[key] else { return false }
        switch node.scalarText {
        case "true": return true
        case "false": return false
        default:
            refuse(node.place, "\(key) is true or false")
            return false
        }
    }

    mutating func prices(_ node: SourceNode?) -> [String: ModelPrice] {
        guard let node else { return [:] }
        guard let entries = node.entries else {
            refuse(node.place, "prices is a mapping of models, such as gpt-4o: {input: 2.50, output: 10.00}")
            return [:]
        }
        var prices: [String: ModelPrice] = [:]
        for entry in entries {
            var reader = PriceReader(entry.value.entries ?? [])
            guard let price = reader.price() else {
                for fault in reader.faults { refuse(fault.place ?? entry.keyPlace, fault.reason) }
                continue
            }
            prices[entry.key] = price
        }
        return prices
    }

    mutating func headers(_ node: SourceNode?) -> [(name: String, value: Secret)] {
        guard let node else { return [] }
        guard let entries = node.entries else {
            refuse(node.place, "headers is a mapping of names")
            return []
        }
        var headers: [(name: String, value: Secret)] = []
        for entry in entries {
            guard let text = referred(entry.value)?.exposed, !text.isEmpty else {
                refuse(entry.keyPlace, "a header is a text, {env: NAME} of a variable that is set, or {file: PATH}")
                continue
            }
            guard !entry.key.isEmpty, entry.key.utf8.allSatisfy(Self.isTokenCharacter) else {
                refuse(entry.keyPlace, "a header's name holds letters, digits and - only")
                continue
            }
            checkHeader(entry.key, Secret(text), at: entry.keyPlace)
            headers.append((entry.key, Secret(text)))
        }
        return headers
    }

    /// Checks that a text can stand in a header: a line break would begin another one.
    mutating func checkHeader(_ name: String, _ value: Secret, at place: SourcePlace) {
        guard value.exposed.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else { return }
        refuse(place, "\(name) holds a line break or another control character, which no header can")
    }

    /// Whether RFC 9110 allows a byte in the name of a header.
    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
