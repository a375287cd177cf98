import Glibc
import JobModel
package import Logging

/// Writes log lines to standard error, as text for people or as one JSON object a line.
package struct LineLogHandler: LogHandler {
    package enum Format: Sendable { case text, json }

    package var logLevel: Logger.Level = .info
    package var metadata: Logger.Metadata = [:]
    private let label: String
    private let format: Format

    package init(label: String, format: Format) {
        self.label = label
        self.format = format
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let values = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        var bytes: [UInt8]
        switch format {
        case .json:
            var line: JSONObject = [
                "at": .string(Self.now()), "level": .string(event.level.rawValue), "program": .string(label),
                "message": .string(event.message.description),
            ]
            for (key, value) in values { line[key] = .string(value.description) }
            bytes = JSONValue.object(line).encoded()
        case .text:
            let values = values.map { " \($0.key)=\($0.value)" }.joined()
            let text = "\(Self.now()) \(event.level.rawValue) \(label): \(event.message)\(values)"
            bytes = Array(text.unicodeScalars.map { $0.value < 0x20 ? " " : String($0) }.joined().utf8)
        }
        bytes.append(UInt8(ascii: "\n"))
        // One write a line, so lines of several processes do not mix. What cannot be written is lost.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// The time of day in UTC, with milliseconds, as RFC 3339 writes it.
    private static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        gmtime_r(&time.tv_sec, &parts)
        func padded(_ number: Int, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return
            "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
            + "T\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
            + ".\(padded(time.tv_nsec / 1_000_000, 3))Z"
    }
}

extension Logger {
    /// The logger of a program.
    ///
    /// - Parameter format: `json` or `text`; by default text on a terminal and JSON elsewhere.
    /// - Parameter level: A level's name; an unknown one counts as `info`.
    package static func ofProgram(_ name: String, format: String?, level: String) -> Logger {
        let isText = format.map { $0 == "text" } ?? (isatty(STDERR_FILENO) == 1)
        var logger = Logger(label: name) { LineLogHandler(label: $0, format: isText ? .text : .json) }
        logger.logLevel = Logger.Level(rawValue: level) ?? .info
        return logger
    }

    /// This logger, with one more value in each of its lines.
    package func with(_ key: String, _ value: String) -> Logger {
        var logger = self
        logger[metadataKey: key] = "\(value)"
        return logger
    }
}
