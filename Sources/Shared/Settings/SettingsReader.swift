import Glibc
package import JobModel

/// Reads settings from the command line, the environment and a file, in this order of precedence, and collects what is
/// wrong with them.
///
/// A setting `health-file` is the flag `--health-file`, the variable `CHASSIS_HEALTH_FILE` and the key `health-file`.
package struct SettingsReader {
    /// The levels that a program may be told to log from.
    package static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

    private let flags: [String: String]
    private let environment: [String: String]
    private let file: [String: String]
    private var known: Set<String> = []
    private var faults: [SettingsFaults.Fault] = []

    /// - Parameter flags: What the command line gave, by the setting's name; a flag that is absent is absent here.
    package init(flags: [String: String], environment: [String: String], file: [String: String] = [:]) {
        self.flags = flags
        self.environment = environment
        self.file = file
    }

    /// Notes that a setting breaks a rule.
    package mutating func refuse(_ key: String, _ reason: String) {
        faults.append(SettingsFaults.Fault(key: key, reason: reason))
    }

    /// A text, or nil when it is set nowhere.
    package mutating func optionalText(_ key: String) -> String? {
        known.insert(key)
        let variable = "CHASSIS_" + String(key.uppercased().map { $0 == "-" ? "_" : $0 })
        return [flags[key], environment[variable], file[key]].lazy.compactMap { $0 }.first { !$0.isEmpty }
    }

    /// A text that must be set.
    package mutating func text(_ key: String, hint: String) -> String {
        if let value = optionalText(key) { return value }
        let variable = "CHASSIS_" + String(key.uppercased().map { $0 == "-" ? "_" : $0 })
        refuse(key, "is not set; give --\(key) or \(variable): \(hint)")
        return ""
    }

    /// A text of bounded length, or nil when it is set nowhere.
    package mutating func optionalText(_ key: String, atMost most: Int) -> String? {
        guard let text = optionalText(key) else { return nil }
        guard text.count <= most else {
            refuse(key, "has \(text.count) characters, the most is \(most)")
            return nil
        }
        return text
    }

    /// One of several words, or nil when it is set nowhere.
    package mutating func choice(_ key: String, of words: [String]) -> String? {
        guard let text = optionalText(key) else { return nil }
        guard words.contains(text) else {
            refuse(key, "must be one of \(words.joined(separator: ", ")), got \"\(text)\"")
            return nil
        }
        return text
    }

    /// A directory that exists, or nil when it is set nowhere.
    package mutating func optionalDirectory(_ key: String) -> String? {
        guard let path = optionalText(key) else { return nil }
        var status = stat()
        guard stat(path, &status) == 0 else {
            refuse(key, "\(path): \(InputFileError.reason(of: errno))")
            return nil
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            refuse(key, "\(path): is no directory; name one")
            return nil
        }
        return path
    }

    /// A whole number within a range.
    package mutating func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        guard let text = optionalText(key) else { return fallback }
        guard let value = Int(text), range.contains(value) else {
            refuse(key, "must be a whole number from \(range.lowerBound) to \(range.upperBound), got \"\(text)\"")
            return fallback
        }
        return value
    }

    /// A length of time with its unit, such as `30s`.
    package mutating func duration(
        _ key: String,
        default fallback: Duration,
        in range: ClosedRange<Duration>
    ) -> Duration {
        guard let text = optionalText(key) else { return fallback }
        guard let value = Duration(text: text) else {
            refuse(key, "must be a length of time with its unit, such as 500ms, 30s, 5m or 2h, got \"\(text)\"")
            return fallback
        }
        guard range.contains(value) else {
            refuse(key, "must be from \(range.lowerBound.shortText) to \(range.upperBound.shortText), got \(text)")
            return fallback
        }
        return value
    }

    /// A list of names between commas.
    package mutating func list(_ key: String, default fallback: [String]) -> [String] {
        guard let text = optionalText(key) else { return fallback }
        let names = text.split(separator: ",").map { $0.trimmingSpaces() }
        guard !names.isEmpty, names.allSatisfy({ !$0.isEmpty }) else {
            refuse(key, "must be names between commas, got \"\(text)\"")
            return fallback
        }
        return names
    }

    /// Labels between commas, such as `gpu=a100,region=eu`.
    package mutating func labels(_ key: String) -> Labels {
        let pairs = list(key, default: [])
        guard let labels = Labels(pairs: pairs) else {
            refuse(
                key,
                "must be names with values between commas, such as gpu=a100, got \"\(pairs.joined(separator: ","))\""
            )
            return Labels()
        }
        return labels
    }

    /// Ends the reading.
    ///
    /// - Throws: All faults, among them the keys of the file that were never asked for.
    package consuming func finish() throws(SettingsFaults) {
        for key in file.keys.sorted() where !known.contains(key) {
            refuse(key, "is unknown; known are \(known.sorted().joined(separator: ", "))")
        }
        guard faults.isEmpty else { throw SettingsFaults(faults: faults) }
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
