package import JobModel

/// What a worker process is told at its start.
package struct WorkerSettings: Equatable, Sendable {
    /// The database, as a libpq connection string or URL.
    package var postgres: Secret
    /// The directory of the object store.
    package var store: String
    /// What it is called in lists; by default the host's name and the process id.
    package var name: String?
    /// How many jobs it runs at once; 1 to 10,000, by default 16.
    package var slots: Int
    /// The queues it claims from; by default `default`.
    package var queues: [String]
    /// What it has, for jobs that ask for it; none by default.
    package var labels: Labels
    /// What it can reach, by name.
    package var connections: [String: ConnectionDefinition]
    /// Where `programs:` in a command points; none by default.
    package var programs: String?
    /// Where the folders of agents' skills lie; none by default.
    package var skills: String?
    /// A file whose time of change says when the lease was last renewed; none by default.
    package var healthFile: String?
    /// How long the session lives without a renewal; 3 s to 10 m, by default 15 s.
    ///
    /// It is renewed three times as often.
    package var lease: Duration
    /// How long a drain waits for jobs before it stops and releases them; 0 s to 1 h, by default 90 s.
    package var drain: Duration
    /// How many lost workers fail a job; 1 to 100, by default 3.
    package var poisonLimit: Int
    /// `json` or `text`; by default text on a terminal.
    package var logFormat: String?
    package var logLevel: String

    /// The most characters of a worker's name.
    private static let longestName = 200

    /// Every setting, with what the command line says about it.
    package static let help: [(key: String, help: String)] = [
        ("postgres", "The database: a libpq URL or connection string."),
        ("store", "The directory of the object store."),
        ("name", "What the worker is called in lists."),
        ("slots", "How many jobs it runs at once (16)."),
        ("queues", "The queues it claims from, between commas (default)."),
        ("labels", "What it has, between commas, such as gpu=a100,region=eu."),
        ("connections", "The file with the connections."),
        ("programs", "The directory that programs: in commands points to."),
        ("skills", "The directory with the folders of agents' skills."),
        ("health-file", "A file to touch with each renewal of the lease."),
        ("lease", "How long the session lives without a renewal (15s)."),
        ("drain", "How long a drain waits for jobs (90s)."),
        ("poison-limit", "How many lost workers fail a job (3)."),
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
        name = reader.optionalText("name", atMost: Self.longestName)
        slots = reader.integer("slots", default: 16, in: 1...10_000)
        queues = reader.list("queues", default: ["default"])
        labels = reader.labels("labels")
        programs = reader.optionalDirectory("programs")
        skills = reader.optionalDirectory("skills")
        healthFile = reader.optionalText("health-file")
        lease = reader.duration("lease", default: .seconds(15), in: .seconds(3) ... .seconds(600))
        drain = reader.duration("drain", default: .seconds(90), in: .zero ... .seconds(3600))
        poisonLimit = reader.integer("poison-limit", default: 3, in: 1...100)
        logFormat = reader.choice("log-format", of: ["text", "json"])
        logLevel = reader.choice("log-level", of: SettingsReader.logLevels) ?? "info"
        connections = [:]
        if let path = reader.optionalText("connections") {
            do {
                connections = try ConnectionsFile.read(path, environment: environment)
            } catch {
                for fault in error.faults { reader.refuse(fault.key, fault.reason) }
            }
        }
        try reader.finish()
    }
}
