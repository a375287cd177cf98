import JobModel
import Storage
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(5))) struct CallSetsTests {
    @Test func settlementsGoAlongWithTheNextIntents() async throws {
        let scene = Scene()
        async let first = scene.intend("a")
        #expect(await scene.intents.next() == ["+a"])
        async let settled = scene.settle("x")
        async let second = scene.intend("b")
        await scene.waits(intents: 1, settlements: 1)
        scene.intents.open()
        #expect(try await first == .intended(.written))
        #expect(await scene.intents.next() == ["+b", "-x"])
        scene.intents.open()
        #expect(try await second == .intended(.written))
        #expect(try await settled == .settled(true))
    }

    /// A program's next call waits for no settlement of the one before.
    @Test func anIntentWaitsForNoSettlementThatIsUnderWay() async throws {
        let scene = Scene()
        async let settled = scene.settle("x")
        #expect(await scene.settlements.next() == ["-x"])
        async let later = scene.settle("y")
        await scene.waits(settlements: 1)
        async let intended = scene.intend("a")
        #expect(await scene.intents.next() == ["+a", "-y"])
        scene.intents.open()
        #expect(try await intended == .intended(.written))
        #expect(try await later == .settled(true))
        scene.settlements.open()
        #expect(try await settled == .settled(true))
    }

    @Test func settlementsGoAloneWhereThereAreNoIntents() async throws {
        let scene = Scene()
        async let intended = scene.intend("a")
        #expect(await scene.intents.next() == ["+a"])
        async let first = scene.settle("x")
        await scene.waits(settlements: 1)
        async let second = scene.settle("y")
        await scene.waits(settlements: 2)
        scene.intents.open()
        #expect(try await intended == .intended(.written))
        let set = try #require(await scene.settlements.next())
        #expect(set.sorted() == ["-x", "-y"])
        // One set without intents at once, also behind intents.
        async let third = scene.settle("z")
        await scene.waits(settlements: 1)
        async let behind = scene.intend("b")
        #expect(await scene.intents.next() == ["+b", "-z"])
        scene.intents.open()
        scene.settlements.open()
        #expect(try await [first, second, third] == [.settled(true), .settled(true), .settled(true)])
        #expect(try await behind == .intended(.written))
    }

    @Test func aFaultIsToldToItsSetAlone() async throws {
        let scene = Scene()
        async let first = scene.intend("a")
        #expect(await scene.intents.next() == ["+a"])
        async let second = scene.intend("b")
        async let settled = scene.settle("x")
        await scene.waits(intents: 1, settlements: 1)
        scene.intents.open(false)
        do {
            _ = try await first
            Issue.record("the fault was not told")
        } catch { #expect(error is Door<String>.Refused) }
        #expect(await scene.intents.next() == ["+b", "-x"])
        scene.intents.open()
        #expect(try await second == .intended(.written))
        #expect(try await settled == .settled(true))
    }

    @Test func aSetHasABound() async throws {
        let scene = Scene()
        try await withThrowingTaskGroup(of: CallSets.Answer.self) { group in
            group.addTask { try await scene.intend("0") }
            #expect(await scene.intents.next() == ["+0"])
            for item in 1...70 { group.addTask { try await scene.intend("\(item)") } }
            for item in 1...140 { group.addTask { try await scene.settle("\(item)") } }
            await scene.waits(intents: 70, settlements: 140)
            for _ in 0..<3 { scene.intents.open() }
            scene.settlements.open()
            var answers = 0
            for try await _ in group { answers += 1 }
            #expect(answers == 211)
        }
        let sizes = scene.intents.sets.map { set in [set.filter { $0.hasPrefix("+") }.count, set.count] }
        #expect(sizes == [[1, 1], [64, 128], [6, 70]])
        #expect(scene.settlements.sets.map(\.count) == [12])
    }
}

/// Sets that are held back by two doors: those with intents, and those without.
private struct Scene {
    let intents: Door<String>
    let settlements: Door<String>
    private let sets: CallSets

    init() {
        let (intents, settlements) = (Door<String>(), Door<String>())
        (self.intents, self.settlements) = (intents, settlements)
        sets = CallSets { items in
            let door = items.contains(where: \.isIntent) ? intents : settlements
            return try await door.enter(items.map(Self.name)).map {
                $0.hasPrefix("+") ? .intended(.written) : .settled(true)
            }
        }
    }

    private static func name(of item: CallSets.Item) -> String {
        switch item {
        case .intent(let intent): "+" + intent.step.position
        case .settlement(let call): "-" + call.step.position
        }
    }

    func intend(_ position: String) async throws -> CallSets.Answer {
        let step = StepStore.Identity(
            job: JobID(rawValue: 1),
            epoch: LeaseEpoch(rawValue: 1),
            attempt: 1,
            position: position,
            kind: "model",
            name: "c/m",
            effect: .none,
            fingerprint: []
        )
        return try await sets(.intent((step, PaidCall(connection: "c", model: "m", most: nil, price: nil))))
    }

    func settle(_ position: String) async throws -> CallSets.Answer {
        let step = StepStore.SettledStep(position: position, settlement: .recorded(usage: nil, cost: nil))
        return try await sets(
            .settlement(.init(job: JobID(rawValue: 1), epoch: LeaseEpoch(rawValue: 1), step: step))
        )
    }

    /// Waits until so many wait for the next sets.
    func waits(intents: Int = 0, settlements: Int = 0) async {
        while await sets.waiterCounts != (intents, settlements) { await Task.yield() }
    }
}
