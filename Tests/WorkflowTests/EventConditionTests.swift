import JobModel
import Testing

@testable import Workflow

@Suite struct EventConditionTests {
    private static let nested = EventCondition.any([.event("a"), .all([.event("b"), .event("c")])])

    /// Of `any`, what waits for its counterpart stays.
    @Test(
        arguments: [
            (["a"], ["a"]), (["b"], nil), (["b", "c"], ["b", "c"]), (["a", "b"], ["a"]),
            (["a", "b", "c"], ["a", "b", "c"]),
            ([], nil),
        ] as [([String], [String]?)]
    )
    func takesThePartsThatHold(_ present: [String], _ taken: [String]?) {
        #expect(Self.nested.taken(of: Set(present)) == taken.map(Set.init))
    }

    @Test func saysWhatItGoesBy() {
        #expect(Self.nested.names == ["a", "b", "c"])
        #expect(Self.nested.isJoint)
        #expect(!EventCondition.any([.event("a"), .all([.event("b")])]).isJoint)
        #expect(
            EventCondition.any([.event("asset:x/y"), .all([.event("b"), .event("c")])]).summary
                == "any of x/y, (all of b, c)"
        )
    }

    @Test func readsTriggersAndWhatJobsProduce() throws {
        let workflow = try definition(
            """
            name: w
            params: {day: {}}
            triggers:
              - {cron: "@daily", params: {day: x}}
              - {asset: raw, max_active: 2, params: {day: "${{ trigger.partition }}"}}
              - {event: paid, where: event.data.sum > 3, params: {day: "${{ trigger.event.key }} of ${{ trigger.events[0].id }}"}}
            jobs: {a: {command: [x], produces: [{asset: "r/${{ params.day }}", partition: 7, metadata: {n: "${{ output }}"}}]}}
            """
        )
        #expect(workflow.schedules.map(\.name) == ["cron"])
        #expect(workflow.eventTriggers.map(\.name) == ["asset", "event"])
        #expect(workflow.eventTriggers.map(\.gather) == [.all, .none])
        #expect(workflow.eventTriggers.map(\.mostActive) == [2, nil])
        #expect(workflow.eventTriggers[0].condition == .event("asset:raw"))
        let event: JSONValue = ["id": 9, "key": "k", "data": ["sum": 4]]
        #expect(try workflow.eventTriggers[1].accepts(event))
        #expect(try !workflow.eventTriggers[1].accepts(["data": ["sum": 3]]))
        let given = try workflow.eventTriggers[1].params(of: TriggerFacts(events: [event]))
        #expect(given == ["day": .value("k of 9")])
        let context = ExpressionContext(params: ["day": "mon"], locals: [.output: ["rows": 3]])
        let update = try #require(workflow.jobs[0].flow.products.first).update(in: context)
        #expect(update.name == "asset:r/mon" && update.key == "7" && update.data == ["n": ["rows": 3]])
    }

    /// A param of the workflow may be called as a key of triggers is.
    @Test func aParamNamedWhereReadsTheTrigger() throws {
        func text(_ trigger: String) -> String {
            "name: w\nparams: {where: {}}\ntriggers: [{\(trigger)}]\njobs: {a: {command: [x]}}\n"
        }
        let byEvent = try definition(text("event: e, params: {where: '${{ trigger.event.key }}'}"))
        let given = try byEvent.eventTriggers[0].params(of: TriggerFacts(events: [["key": "k"]]))
        #expect(given == ["where": .value("k")])
        #expect(faults(text("cron: '@daily', params: {where: '${{ trigger.date }}'}")) == [])
        #expect(faults(text("event: e, params: {where: '${{ event.key }}'}")).count == 1)
        #expect(faults(text("event: e, where: trigger.event.key == 'k', params: {where: x}")).count == 1)
    }

    @Test(arguments: ["", "/a", "a/", "a//b", "a b", "ä", String(repeating: "a", count: 191)])
    func refusesWhatIsNoName(_ name: String) {
        #expect(!AssetName.isName(name))
        #expect(throws: ProductDefinition.Fault.name(name)) {
            try ProductDefinition.update(of: name, partition: nil, metadata: .null)
        }
    }
}
