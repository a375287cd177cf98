import TestSupport
import Testing

@testable import Schedules

@Suite struct ZoneTests {
    @Test(arguments: [
        ("Europe/Berln", "Europe/Berlin"), ("berlin", "Europe/Berlin"), ("america/new york", nil),
        ("America/NewYork", "America/New_York"), ("utc", "UTC"), ("Middle/Earth", nil),
    ])
    func namesTheZoneThatWasMeant(_ name: String, _ near: String?) {
        #expect { try ZoneDirectory.system.zone(name) } throws: { error in
            guard case .unknown(name, let found)? = error as? ZoneError else { return false }
            return near == nil || found == near
        }
    }

    @Test(arguments: ["../../../etc/passwd", "/etc/localtime", "", "Europe", "zone.tab", "Europe//Berlin", "a\u{0}b"])
    func opensNothingThatIsNoZone(_ name: String) {
        #expect(throws: ZoneError.self) { try ZoneDirectory.system.zone(name) }
    }

    /// Years are listed up to 2440: a change behind them is damage, and no reason to end the program.
    @Test func refusesAChangeAfterTheListedYears() {
        func header(_ counts: [UInt8]) -> [UInt8] {
            Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts.flatMap { [0, 0, 0, $0] }
        }
        let rest = [UInt8](repeating: 0, count: 6) + Array("UTC\0".utf8)
        let change: [UInt8] = [0, 0, 0, 9, 0x50, 0x2F, 0x90, 0, 0]
        let file =
            header([0, 0, 0, 0, 1, 4]) + rest + header([0, 0, 0, 1, 1, 4]) + change + rest
            + Array("\nCET-1CEST,M3.5.0,M10.5.0/3\n".utf8)
        let error = ZoneError.damaged(name: "made", reason: "it tells of a change after the year 2400")
        #expect(throws: error) { try Zone(name: "made", parsing: file) }
    }

    @Test func saysWhereTheDatabaseIsMissing() throws {
        let empty = ZoneDirectory("/nonexistent")
        #expect(throws: ZoneError.noDatabase(directory: "/nonexistent")) { try empty.zone("Europe/Berlin") }
        #expect(try empty.zone("UTC") == .utc)
    }

    @Test func readsEveryZoneOfTheSystem() throws {
        let names = ZoneDirectory.system.names()
        #expect(names.count > 300)
        for name in names where !name.hasPrefix("posix") { _ = try ZoneDirectory.system.zone(name) }
    }

    @Test func survivesDamagedFiles() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            var bytes = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 120)
            for index in 5..<bytes.count { bytes[index] = UInt8.random(in: 0...3, using: &generator) }
            // It may be read or refused, but must end.
            _ = try? TZFile.parse(bytes)
        }
    }

    @Test(arguments: [
        "", "CET", "X-1", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "<+01-1", "CET-1x",
    ])
    func refusesWhatIsNoRule(_ text: String) { #expect(ZoneRule(parsing: text) == nil) }

    @Test func readsRules() {
        #expect(
            ZoneRule(parsing: "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0")?.changes(in: 2030).map(\.after) == [
                37_800, 39_600,
            ]
        )
        #expect(ZoneRule(parsing: "IST-1GMT0,M10.5.0,M3.5.0/1")?.changes(in: 2030).count == 2)
        #expect(ZoneRule(parsing: "EST5")?.changes(in: 2030) == [])
    }
}
