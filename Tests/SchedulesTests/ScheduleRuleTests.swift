import TestSupport
import Testing

@testable import Schedules

@Suite struct ScheduleRuleTests {
    private static func texts(_ rule: ScheduleRule, after: Int, count: Int = 4) -> [String] {
        var found: [String] = []
        var at = after
        while found.count < count, let due = rule.next(after: at) {
            found.append(Moment.text(due, in: rule.zone))
            at = due
        }
        return found
    }

    private static func moment(_ text: String) throws -> Int { try #require(Moment.parse(text, in: .utc)) }

    @Test func countsIntervalsFromTheStart() throws {
        let rule = ScheduleRule(.every(5_400), zone: .utc, start: try Self.moment("2026-01-01T00:10:00Z"))
        #expect(
            Self.texts(rule, after: 0, count: 3) == [
                "2026-01-01T00:10:00+00:00", "2026-01-01T01:40:00+00:00", "2026-01-01T03:10:00+00:00",
            ]
        )
        #expect(rule.next(after: try Self.moment("2026-01-01T01:40:00Z")) == (try Self.moment("2026-01-01T03:10:00Z")))
    }

    @Test func leavesOutDaysAndEnds() throws {
        var rule = ScheduleRule(.cron(try CronExpression("0 9,17 * * *")), zone: .utc)
        rule.start = try Self.moment("2026-12-23T10:00:00Z")
        rule.end = try Self.moment("2026-12-29")
        rule.except = [
            try #require(CalendarDays("12-25")), try #require(CalendarDays("sun")),
            try #require(CalendarDays("2026-12-24..2026-12-24")),
        ]
        #expect(
            Self.texts(rule, after: 0, count: 9) == [
                "2026-12-23T17:00:00+00:00", "2026-12-26T09:00:00+00:00", "2026-12-26T17:00:00+00:00",
                "2026-12-28T09:00:00+00:00", "2026-12-28T17:00:00+00:00",
            ]
        )
    }

    @Test func keepsToTheOnlyDays() throws {
        var rule = ScheduleRule(.every(3_600), zone: try ZoneDirectory.system.zone("Asia/Tokyo"))
        rule.only = [try #require(CalendarDays("2026-05-04"))]
        #expect(Self.texts(rule, after: 1_700_000_000, count: 1) == ["2026-05-04T00:00:00+09:00"])
        #expect(rule.next(after: try Self.moment("2026-05-04T14:00:00Z")) == nil)
    }

    @Test func looksUpDaysAmongMany() throws {
        let texts = [
            "sat", "2-29", "02-29", "12-25", "2026-05-04", "2026-05-01..2026-05-03", "2026-05-02..2026-05-09",
            "2026-07-01..2026-07-31", "2026-07-10..2026-07-11",
        ]
        let days = CalendarDaySet(texts.compactMap(CalendarDays.init))
        func contains(_ text: String) throws -> Bool { days.contains(try #require(CivilDate(text))) }
        for text in ["2026-05-01", "2026-05-05", "2026-05-09", "2026-07-31", "2028-02-29", "2031-12-25", "2026-06-06"] {
            #expect(try contains(text), "\(text)")
        }
        for text in ["2026-04-30", "2026-05-10", "2026-06-30", "2026-08-03", "2027-02-28"] {
            #expect(try !contains(text), "\(text)")
        }
        #expect(CalendarDaySet([]).isEmpty && !days.isEmpty)
    }

    @Test func endsASearchThatExcludesEverything() throws {
        var rule = ScheduleRule(.cron(try CronExpression("0 0 * * SUN")), zone: .utc)
        rule.except = [.weekday(0)]
        #expect(rule.next(after: 0) == nil)
    }

    @Test func findsTheLatestWithoutWalkingAllThatWasMissed() throws {
        let rule = ScheduleRule(.cron(try CronExpression("*/5 * * * * *")), zone: .utc)
        let time = ProcessorTime.taken {
            #expect(rule.latest(after: 0, notAfter: 1_800_000_003) == 1_800_000_000)
        }
        #expect(time < .seconds(1))
        #expect(rule.latest(after: 1_800_000_000, notAfter: 1_800_000_003) == nil)
        let yearly = ScheduleRule(.cron(try CronExpression("@yearly")), zone: .utc)
        #expect(
            yearly.latest(after: 0, notAfter: try Self.moment("2026-12-31T00:00:00Z"))
                == (try Self.moment("2026-01-01"))
        )
    }

    @Test func readsMoments() throws {
        let berlin = try ZoneDirectory.system.zone("Europe/Berlin")
        #expect(Moment.parse("2026-03-29T02:30", in: berlin) == (try Self.moment("2026-03-29T01:30:00Z")))
        #expect(Moment.parse("2026-03-29", in: berlin, endOfDay: true) == (try Self.moment("2026-03-29T22:00:00Z")))
        for text in ["2026-02-29", "2026-1-1", "2026-01-01T24:00", "2026-01-01T00:00:00.", "2026-01-01T00:00+1", ""] {
            #expect(Moment.parse(text, in: .utc) == nil)
        }
    }

    @Test func spreadsByNameAndDueTimeAlone() {
        let delays = (0..<200).map { Jitter.delay(of: "w/cron", due: $0 * 60, most: 1_000_000) }
        #expect(delays == (0..<200).map { Jitter.delay(of: "w/cron", due: $0 * 60, most: 1_000_000) })
        #expect(delays.allSatisfy { (0..<1_000_000).contains($0) })
        #expect(delays.count { $0 < 500_000 } > 60 && delays.count { $0 < 500_000 } < 140)
        #expect(Jitter.delay(of: "w/cron", due: 0, most: 0) == 0)
    }
}
