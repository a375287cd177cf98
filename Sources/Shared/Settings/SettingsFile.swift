import Workflow

/// Reads a settings file: one flat mapping of settings to scalars, in YAML.
package enum SettingsFile {
    /// The settings in the file.
    ///
    /// - Throws: `SettingsFaults` under the key `config` with the file's name, the place and the reason.
    package static func read(_ path: String) throws(SettingsFaults) -> [String: String] {
        var settings: [String: String] = [:]
        var faults: [SettingsFaults.Fault] = []
        for entry in try entries(path, as: "config") {
            if let value = entry.value.scalarText {
                settings[entry.key] = value
            } else {
                let place = "\(path):\(entry.keyPlace.line):\(entry.keyPlace.column)"
                faults.append(.init(key: "config", reason: "\(place): \(entry.key) must have one plain value"))
            }
        }
        guard faults.isEmpty else { throw SettingsFaults(faults: faults) }
        return settings
    }

    /// The top level of a YAML file that must be a mapping, or empty.
    static func entries(_ path: String, as key: String) throws(SettingsFaults) -> [SourceEntry] {
        let bytes: [UInt8]
        do {
            bytes = try InputFile.read(path, maximumBytes: SourceFile.maximumBytes)
        } catch {
            throw SettingsFaults(faults: [.init(key: key, reason: "\(path): \(error)")])
        }
        let root: SourceNode?
        do {
            root = try SourceFile.read(bytes, name: path)
        } catch {
            throw SettingsFaults(faults: error.faults.map { .init(key: key, reason: $0.description) })
        }
        guard let root else { return [] }
        guard let entries = root.entries else {
            let reason =
                "\(path):\(root.place.line):\(root.place.column): the file must be a mapping, such as key: value"
            throw SettingsFaults(faults: [.init(key: key, reason: reason)])
        }
        return entries
    }
}
