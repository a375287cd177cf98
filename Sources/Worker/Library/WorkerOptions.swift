internal import ArgumentParser
package import Settings

/// The options of a worker's command line.
package struct WorkerOptions: ParsableArguments {
    @Option(help: "A settings file.") var config: String?
    @Option(help: help("postgres")) var postgres: String?
    @Option(help: help("store")) var store: String?
    @Option(help: help("name")) var name: String?
    @Option(help: help("slots")) var slots: String?
    @Option(help: help("queues")) var queues: String?
    @Option(help: help("labels")) var labels: String?
    @Option(name: .customLong("label"), help: "One more label, such as gpu=a100; any number of times.")
    var label: [String] = []
    @Option(help: help("connections")) var connections: String?
    @Option(help: help("programs")) var programs: String?
    @Option(help: help("skills")) var skills: String?
    @Option(help: help("health-file")) var healthFile: String?
    @Option(help: help("lease")) var lease: String?
    @Option(help: help("drain")) var drain: String?
    @Option(help: help("poison-limit")) var poisonLimit: String?
    @Option(help: help("log-format")) var logFormat: String?
    @Option(help: help("log-level")) var logLevel: String?

    package init() {}

    /// What the options, the environment and the settings file say together.
    ///
    /// - Throws: Every broken rule at once.
    package func settings() throws(SettingsFaults) -> WorkerSettings {
        try WorkerSettings(
            flags: flags,
            environment: ProcessEnvironment.all,
            file: try config.map { path throws(SettingsFaults) in try SettingsFile.read(path) } ?? [:]
        )
    }

    private var flags: [String: String] {
        [
            "postgres": postgres, "store": store, "name": name, "slots": slots, "queues": queues,
            "labels": labels == nil && label.isEmpty
                ? nil : ([labels].compactMap { $0 } + label).joined(separator: ","),
            "connections": connections, "programs": programs, "skills": skills, "health-file": healthFile,
            "lease": lease, "drain": drain, "poison-limit": poisonLimit, "log-format": logFormat,
            "log-level": logLevel,
        ].compactMapValues { $0 }
    }

    private static func help(_ key: String) -> ArgumentHelp {
        ArgumentHelp(stringLiteral: WorkerSettings.help.first { $0.key == key }?.help ?? key)
    }
}
