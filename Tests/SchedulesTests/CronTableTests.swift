import Glibc
import Testing

@testable import Schedules

/// Due times against those of cronsim 2.8, made by `Tests/Schedules/make-table 9 800 strange`.
///
/// `CHASSIS_CRONSIM_TABLE` names another table; `Tests/Schedules/compare` makes large ones.
@Suite struct CronTableTests {
    static let table: [String] = {
        let path =
            getenv("CHASSIS_CRONSIM_TABLE").map { String(cString: $0) }
            ?? #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Fixtures/cronsim.tsv"
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var lines: [String] = []
        var buffer = [CChar](repeating: 0, count: 65_536)
        while fgets(&buffer, Int32(buffer.count), file) != nil {
            lines.append(String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        return lines
    }()

    @Test func agreesWithCronsim() throws {
        #expect(Self.table.count >= 800)
        var differences: [String] = []
        for line in Self.table {
            let parts = line.dropLast().split(separator: "\t").map(String.init)
            guard parts.count == 4, let start = Int(parts[2]) else {
                differences.append("no line of a table: \(line)")
                continue
            }
            let found = Self.dueTimes(parts[0], try ZoneDirectory.system.zone(parts[1]), after: start)
            if found != parts[3] { differences.append("\(line)is found as \(found)") }
        }
        #expect(differences.isEmpty, "\(differences.count) differ: \(differences.prefix(5).joined(separator: "\n"))")
    }

    private static func dueTimes(_ text: String, _ zone: Zone, after start: Int) -> String {
        // What is no expression is expected as `error`.
        guard let expression = try? CronExpression(text) else { return "error" }
        var found: [Int] = []
        while found.count < 6, let next = expression.next(after: found.last ?? start, in: zone) { found.append(next) }
        return found.isEmpty ? "-" : found.map(String.init).joined(separator: " ")
    }
}
