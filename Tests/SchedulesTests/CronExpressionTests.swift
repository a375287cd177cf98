import Testing

@testable import Schedules

@Suite struct CronExpressionTests {
    private static func next(_ text: String, _ zone: String = "UTC", after: String, count: Int = 3) throws -> [String] {
        let zone = try ZoneDirectory.system.zone(zone)
        let expression = try CronExpression(text)
        var at = try #require(Moment.parse(after, in: zone))
        var found: [String] = []
        while found.count < count, let due = expression.next(after: at, in: zone) {
            found.append(Moment.text(due, in: zone))
            at = due
        }
        return found
    }

    @Test(arguments: [
        ("@daily", ["2026-03-02T00:00:00+00:00", "2026-03-03T00:00:00+00:00"]),
        ("@Hourly", ["2026-03-01T13:00:00+00:00", "2026-03-01T14:00:00+00:00"]),
        ("15,45 30 6 * * MON", ["2026-03-02T06:30:15+00:00", "2026-03-02T06:30:45+00:00"]),
        ("0 9 L * *", ["2026-03-31T09:00:00+00:00", "2026-04-30T09:00:00+00:00"]),
        ("0 9 LW * *", ["2026-03-31T09:00:00+00:00", "2026-04-30T09:00:00+00:00"]),
        ("0 9 15W * *", ["2026-03-16T09:00:00+00:00", "2026-04-15T09:00:00+00:00"]),
        ("0 9 1W 8 *", ["2026-08-03T09:00:00+00:00", "2027-08-02T09:00:00+00:00"]),
        ("0 9 31W * *", ["2026-03-31T09:00:00+00:00", "2026-05-29T09:00:00+00:00"]),
        ("0 9 * * FRI#2", ["2026-03-13T09:00:00+00:00", "2026-04-10T09:00:00+00:00"]),
        ("0 9 * * 5L", ["2026-03-27T09:00:00+00:00", "2026-04-24T09:00:00+00:00"]),
        ("0 0 13 * FRI", ["2026-03-06T00:00:00+00:00", "2026-03-13T00:00:00+00:00"]),
        ("0 0 29 2 *", ["2028-02-29T00:00:00+00:00", "2032-02-29T00:00:00+00:00"]),
    ])
    func knowsAllForms(_ text: String, _ expected: [String]) throws {
        #expect(try Self.next(text, after: "2026-03-01T12:00:00Z", count: 2) == expected)
    }

    @Test func movesATimeThatIsSkippedToTheNextThatExists() throws {
        let found = try Self.next("30 2 * * *", "Europe/Berlin", after: "2026-03-28T12:00", count: 2)
        #expect(found == ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"])
    }

    @Test func takesATimeThatComesTwiceOnce() throws {
        let found = try Self.next("30 2 * * *", "Europe/Berlin", after: "2026-10-24T12:00", count: 2)
        #expect(found == ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"])
    }

    @Test func neverGoesBackInTheHourThatComesTwice() throws {
        let second = try Self.next("50 2 * * *", "Europe/Berlin", after: "2026-10-25T02:40:00+01:00", count: 1)
        #expect(second == ["2026-10-26T02:50:00+01:00"])
    }

    @Test func walksRealTimeWhereAFieldIsAStar() throws {
        let found = try Self.next("0 * * * *", "Europe/Berlin", after: "2026-10-25T01:30:00+02:00", count: 3)
        #expect(found == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00"])
    }

    @Test func goesByTheRuleFarBehindTheListedChanges() throws {
        let found = try Self.next("0 12 1 7 *", "America/New_York", after: "5000-01-01T00:00:00Z", count: 1)
        #expect(found == ["5000-07-01T12:00:00-04:00"])
    }

    @Test(arguments: [
        ("0 0 31 2 *", "\"0 0 31 2 *\" never comes: no date fits it"),
        ("* * * *", "a cron expression has five fields, or six with seconds first, not 4"),
        ("@often", "there is no \"@often\""),
        ("61 * * * *", "the minute \"61\" is not understood: 61 is not in 0 to 59"),
        ("*/0 * * * *", "the minute \"*/0\" is not understood: behind / stands a number, 1 or more"),
        ("0 5-3 * * *", "the hour \"5-3\" is not understood: the range goes down"),
        ("0 0 * * MON#6", "the day of the week \"MON#6\" is not understood: behind # stands 1 to 5"),
        ("0 0 * FEBR *", "the month \"FEBR\" is not understood: \"FEBR\" is no number"),
        ("0 0 1,,2 * *", "the day of the month \"1,,2\" is not understood: a number is missing"),
        ("0 0 15W/2 * *", "the day of the month \"15W/2\" is not understood: nW has no step"),
    ])
    func refusesWhatIsNoSchedule(_ text: String, _ message: String) {
        #expect { try CronExpression(text) } throws: { "\($0)" == message }
    }

    @Test func findsNothingWhereNothingIsWithinFiftyYears() throws {
        let expression = try CronExpression("0 0 */29 2 1#5")
        #expect(expression.next(after: 0, in: .utc) == nil)
        #expect(!expression.isEverDue(after: 0))
    }
}
