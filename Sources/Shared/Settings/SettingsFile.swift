import Glibc
import JobModel
import Yams

/// Reads a settings file: one flat mapping of settings to scalars, in YAML.
package enum SettingsFile {
    /// The largest file that is read, in bytes.
    package static let maximumBytes = 1 << 20

    /// The settings in the file.
    ///
    /// - Throws: `SettingsFaults` under the key `config` with the file's name and the reason.
    package static func read(_ path: String) throws(SettingsFaults) -> [String: String] {
        var settings: [String: String] = [:]
        for (key, node) in try mapping(path, as: "config") {
            guard let name = key.string, let value = node.scalar?.string else {
                throw SettingsFaults(
                    faults: [.init(key: "config", reason: "\(path): every key must have one plain value")])
            }
            settings[name] = value
        }
        return settings
    }

    /// The top level of a YAML file that must be a mapping.
    static func mapping(_ path: String, as key: String) throws(SettingsFaults) -> Node.Mapping {
        let text = try contents(path, as: key)
        do {
            guard let root = try Yams.compose(yaml: text) else { return Node.Mapping([]) }
            guard let mapping = root.mapping else {
                throw SettingsFaults(faults: [.init(key: key, reason: "\(path): the file must be a mapping")])
            }
            return mapping
        } catch let faults as SettingsFaults {
            throw faults
        } catch {
            throw SettingsFaults(faults: [.init(key: key, reason: "\(path): \(error)")])
        }
    }

    /// The text of a file.
    static func contents(_ path: String, as key: String) throws(SettingsFaults) -> String {
        func refusal(_ reason: String) -> SettingsFaults {
            SettingsFaults(faults: [.init(key: key, reason: "\(path): \(reason)")])
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw refusal("cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: length), $0.count - length)
            }
            guard count >= 0 else { throw refusal("cannot be read: \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            length += count
        }
        guard length <= maximumBytes else { throw refusal("is larger than \(maximumBytes) bytes") }
        guard let text = String(validating: bytes[..<length], as: UTF8.self) else { throw refusal("is no UTF-8 text") }
        return text
    }
}
