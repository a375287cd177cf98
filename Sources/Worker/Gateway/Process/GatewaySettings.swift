package import JobModel

/// What a gateway is told at its start.
package struct GatewaySettings: Equatable, Sendable {
    /// The database, as a libpq connection string or URL.
    package var postgres: Secret
    /// The directory of the object store.
    package var store: String
    /// What the connections to the database set.
    package var sessionSettings: [String: String]
    package var logFormat: String?
    package var logLevel: String
    /// What people must not see of what programs ask and say, although it is kept: the secrets of all connections of the worker.
    package var secrets: [Secret]
    /// Variables that libpq reads where the connection string says nothing, see `GatewayEnvironment`.
    package var variables: [String: Secret]

    package init(
        postgres: Secret,
        store: String,
        sessionSettings: [String: String] = [:],
        logFormat: String? = nil,
        logLevel: String = "info",
        secrets: [Secret] = [],
        variables: [String: Secret] = [:]
    ) {
        self.postgres = postgres
        self.store = store
        self.sessionSettings = sessionSettings
        self.logFormat = logFormat
        self.logLevel = logLevel
        self.secrets = secrets
        self.variables = variables
    }

    var json: JSONValue {
        [
            "postgres": .string(postgres.exposed), "store": .string(store),
            "session": .object(
                JSONObject(sessionSettings.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
            ),
            "log_format": logFormat.map { .string($0) } ?? .null, "log_level": .string(logLevel),
            "secrets": .array(secrets.map { .string($0.exposed) }),
            "variables": .object(
                JSONObject(variables.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value.exposed)) })
            ),
        ]
    }

    init?(json: JSONValue) {
        guard let postgres = json["postgres"]?.stringValue, let store = json["store"]?.stringValue,
            let level = json["log_level"]?.stringValue
        else { return nil }
        func texts(_ name: String) -> [String: String] {
            Dictionary(
                (json[name]?.objectValue ?? [:]).compactMap { key, value in value.stringValue.map { (key, $0) } },
                uniquingKeysWith: { $1 }
            )
        }
        self.init(
            postgres: Secret(postgres),
            store: store,
            sessionSettings: texts("session"),
            logFormat: json["log_format"]?.stringValue,
            logLevel: level,
            secrets: (json["secrets"]?.arrayValue ?? []).compactMap(\.stringValue).map(Secret.init),
            variables: texts("variables").mapValues(Secret.init)
        )
    }
}
