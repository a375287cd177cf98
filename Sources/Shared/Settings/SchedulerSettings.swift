package import JobModel

/// What a scheduler process is told at its start.
package struct SchedulerSettings: Equatable, Sendable {
    /// The database, as a libpq connection string or URL.
    package var postgres: Secret
    /// The directory of the object store, from which outputs are served.
    package var store: String
    /// Where the HTTP API listens; by default 127.0.0.1.
    package var host: String
    /// 0 to 65535, by default 8420; 0 takes a free one.
    package var port: Int
    /// How long a worker's lock may be missing before its process counts as gone; 50 ms to 1 m, by default 300 ms.
    package var grace: Duration
    /// How many lost workers fail a job; 1 to 100, by default 3.
    package var poisonLimit: Int
    /// After how long a pending job counts as urgent as the most urgent of its queue; up to 30 d, by default 10 m.
    ///
    /// Nil never, by 0 s.
    package var ageing: Duration?
    /// How long ended runs are kept, with their steps, logs and journals; 1 h to 3650 d, by default 90 d.
    package var retention: Duration
    /// The address that is told of approvals; nil tells nobody.
    package var webhook: String?
    /// The file with the secret that what it is told is signed with.
    package var webhookSecretFile: String?
    /// Whether that address may be one of a private network; by default not.
    package var webhookPrivate: Bool
    /// The services that may tell of events by signed requests, by name.
    package var webhooks: [String: WebhookDefinition]
    /// Where files and objects arrive that bring assets up to date.
    package var assetSources: [AssetSource]
    /// `json` or `text`; by default text on a terminal.
    package var logFormat: String?
    package var logLevel: String

    /// Every setting, with what the command line says about it.
    package static let help: [(key: String, help: String)] = [
        ("postgres", "The database: a libpq URL or connection string."),
        ("store", "The directory of the object store."),
        ("listen", "HOST:PORT of the HTTP API (127.0.0.1:8420)."),
        ("grace", "How long a worker's lock may be missing (300ms)."),
        ("poison-limit", "How many lost workers fail a job (3)."),
        ("ageing", "After how long a pending job is as urgent as the most urgent of its queue; 0s for never (10m)."),
        ("retention", "How long ended runs are kept (90d)."),
        ("webhook", "An http address that is told of approvals, ended runs and deadlines."),
        ("webhook-secret-file", "The file with the secret that its messages are signed with."),
        ("webhook-private", "yes lets that address be one of a private network (no)."),
        ("event-webhooks", "A file with the services that may tell of events by signed requests."),
        ("asset-sources", "A file with the places where files and objects arrive that bring assets up to date."),
        ("log-format", "text or json."),
        ("log-level", "trace, debug, info, warning or error (info)."),
    ]

    /// Reads and checks the settings.
    ///
    /// - Throws: Every broken rule at once.
    package init(
        flags: [String: String],
        environment: [String: String],
        file: [String: String] = [:]
    ) throws(SettingsFaults) {
        var reader = SettingsReader(flags: flags, environment: environment, file: file)
        postgres = Secret(reader.text("postgres", hint: "the database, such as postgresql://chassis@db/chassis"))
        store = reader.text("store", hint: "the directory of the object store")
        host = "127.0.0.1"
        port = 8420
        if let listen = reader.optionalText("listen") {
            let colon = listen.lastIndex(of: ":")
            if let colon, colon > listen.startIndex, let number = Int(listen[listen.index(after: colon)...]),
                (0...65535).contains(number)
            {
                host = String(listen[..<colon])
                port = number
            } else {
                reader.refuse("listen", "must be HOST:PORT, such as 127.0.0.1:8420, got \"\(listen)\"")
            }
        }
        grace = reader.duration("grace", default: .milliseconds(300), in: .milliseconds(50) ... .seconds(60))
        poisonLimit = reader.integer("poison-limit", default: 3, in: 1...100)
        let age = reader.duration("ageing", default: .seconds(600), in: .zero ... .seconds(30 * 86400))
        ageing = age == .zero ? nil : age
        retention = reader.duration(
            "retention",
            default: .seconds(90 * 86400),
            in: .seconds(3600) ... .seconds(3650 * 86400)
        )
        webhook = reader.optionalText("webhook")
        webhookSecretFile = reader.optionalText("webhook-secret-file")
        webhookPrivate = reader.choice("webhook-private", of: ["yes", "no"]) == "yes"
        if let webhook {
            if !webhook.hasPrefix("https://") && !webhook.hasPrefix("http://") {
                reader.refuse("webhook", "must begin with https:// or http://, got \"\(webhook)\"")
            }
            if webhookSecretFile == nil {
                reader.refuse("webhook-secret-file", "is missing: what --webhook is told is signed with a secret")
            }
        }
        webhooks = [:]
        if let path = reader.optionalText("event-webhooks") {
            do throws(SettingsFaults) {
                webhooks = try WebhooksFile.read(path, environment: environment)
            } catch {
                for fault in error.faults { reader.refuse(fault.key, fault.reason) }
            }
        }
        assetSources = []
        if let path = reader.optionalText("asset-sources") {
            do throws(SettingsFaults) {
                assetSources = try AssetSourcesFile.read(path, environment: environment)
            } catch {
                for fault in error.faults { reader.refuse(fault.key, fault.reason) }
            }
        }
        logFormat = reader.choice("log-format", of: ["text", "json"])
        logLevel = reader.choice("log-level", of: SettingsReader.logLevels) ?? "info"
        try reader.finish()
    }
}
