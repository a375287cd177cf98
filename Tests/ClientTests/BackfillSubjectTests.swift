import JobModel
import Testing

@testable import Client

@Suite struct BackfillSubjectTests {
    private static func subject(_ kind: BackfillSubject.Kind, _ workflow: String, _ name: String) -> BackfillSubject {
        BackfillSubject(kind: kind, workflow: workflow, name: name)
    }

    private static let all = [
        subject(.schedule, "both", "cron"), subject(.trigger, "both", "asset"), subject(.trigger, "two", "asset"),
        subject(.trigger, "two", "all"), subject(.schedule, "timed", "cron"), subject(.schedule, "timed", "every"),
    ]

    @Test func findsTheOneThatIsMeant() throws {
        #expect(try BackfillSubject.find("both", .trigger, in: Self.all).whole == "both/asset")
        #expect(try BackfillSubject.find("both", .schedule, in: Self.all).whole == "both/cron")
        #expect(try BackfillSubject.find("two/all", .trigger, in: Self.all).whole == "two/all")
    }

    @Test(arguments: [
        (
            "two", BackfillSubject.Kind.trigger,
            "two has several triggers, of which one must be named: two/asset, two/all"
        ),
        (
            "two", .schedule,
            "two has no schedule, but the triggers two/asset, two/all, whose partitions are given by --partition"
        ),
        (
            "timed", .trigger,
            "timed has no trigger, but the schedules timed/cron, timed/every, whose due times are given by --from and --to"
        ),
        ("both/cron", .trigger, "both/cron is a schedule, whose due times are given by --from and --to"),
        (
            "both/x", .trigger,
            "there is no trigger \"both/x\"; both has the schedule both/cron and the trigger both/asset"
        ),
        ("none", .schedule, "there is no schedule \"none\"; 'chassis schedules' lists them"),
    ])
    func saysWhichNamesThereAre(_ text: String, _ kind: BackfillSubject.Kind, _ message: String) {
        let error = #expect(throws: ClientError.self) { try BackfillSubject.find(text, kind, in: Self.all) }
        #expect(error?.message == message)
        #expect(error?.exitStatus == (message.hasPrefix("there is no") ? .conflict : .usage))
    }
}
