import Checkpoints
import Digests
import JobModel
import Testing

@testable import Gateway

@Suite struct CallMatcherTests {
    private static func identity(_ request: String, lineage: String? = nil, head: String = "agent") -> CallIdentity {
        CallIdentity(
            fingerprint: Fingerprint(kind: .model, request: .string(request), after: nil),
            lineage: lineage.map { SHA256.digest(of: $0.utf8) },
            head: SHA256.digest(of: head.utf8)
        )
    }

    private static func place(_ number: Int) -> StepPosition {
        guard let position = StepPosition("gateway/openai#\(number)") else { preconditionFailure("a position") }
        return position
    }

    /// A matcher that knows calls of an earlier attempt, as requests and lineages.
    private func matcher(_ past: [(String, String?)] = []) -> CallMatcher {
        var matcher = CallMatcher()
        for (index, (request, lineage)) in past.enumerated() {
            matcher.inherited(
                .init(
                    position: Self.place(index + 1),
                    identity: Self.identity(request, lineage: lineage),
                    isInherited: true
                )
            )
        }
        return matcher
    }

    private func ask(
        _ matcher: inout CallMatcher,
        _ request: String,
        lineage: String? = nil,
        retry: Int = 0,
        new: Int = 100
    ) -> CallMatcher.Decision {
        matcher.arrived(Self.identity(request, lineage: lineage), retry: retry) { Self.place(new) }
    }

    @Test func servesWhatWasRecordedOnceAndInOrder() {
        var matcher = matcher([("a", nil), ("a", nil), ("b", nil)])
        #expect(ask(&matcher, "a") == .serve(Self.place(1), isDrifted: false))
        #expect(ask(&matcher, "a") == .serve(Self.place(2), isDrifted: false))
        #expect(ask(&matcher, "b") == .serve(Self.place(3), isDrifted: false))
        #expect(ask(&matcher, "a") == .call(Self.place(100), isDiverged: false))
    }

    @Test func servesByLineageWhatIsNotThereExactly() {
        var matcher = matcher([("a at 12:00", "a"), ("b at 12:00", "b")])
        #expect(ask(&matcher, "b at 12:01", lineage: "b") == .serve(Self.place(2), isDrifted: true))
        #expect(ask(&matcher, "a at 12:00", lineage: "a") == .serve(Self.place(1), isDrifted: false))
        #expect(ask(&matcher, "a at 12:02", lineage: "a") == .call(Self.place(100), isDiverged: false))
    }

    @Test func neverServesByPositionAlone() {
        var matcher = matcher([("a", nil)])
        #expect(ask(&matcher, "x") == .call(Self.place(100), isDiverged: true))
    }

    @Test func givesParallelEqualRequestsTheirOwnCalls() {
        var matcher = matcher()
        #expect(ask(&matcher, "a", new: 1) == .call(Self.place(1), isDiverged: false))
        #expect(ask(&matcher, "a", new: 2) == .call(Self.place(2), isDiverged: false))
    }

    /// Calls at once are recorded in the order in which they end.
    @Test(arguments: [nil, "a"]) func servesEqualCallsInTheOrderInWhichTheyWereMade(_ lineage: String?) {
        var matcher = matcher()
        for number in [2, 3, 1, 11, 10] {
            let identity = Self.identity("a at 12:00", lineage: lineage)
            matcher.inherited(.init(position: Self.place(number), identity: identity, isInherited: true))
        }
        for number in [1, 2, 3, 10, 11] {
            let asked = lineage == nil ? "a at 12:00" : "a at 12:01"
            let decision = ask(&matcher, asked, lineage: lineage)
            #expect(decision == .serve(Self.place(number), isDrifted: lineage != nil))
        }
    }

    @Test func joinsTheCallOfAClientThatLeft() {
        var matcher = matcher()
        _ = ask(&matcher, "a", new: 1)
        matcher.clientLeft(Self.place(1))
        #expect(ask(&matcher, "a", new: 2) == .join(Self.place(1)))
        #expect(ask(&matcher, "a", new: 2) == .call(Self.place(2), isDiverged: false))
    }

    /// What a killed client asked for is recorded a moment later, and would be served then: it is not paid for once more.
    @Test(arguments: [false, true]) func joinsByLineageTheCallOfAClientThatLeft(_ isRecorded: Bool) {
        var matcher = matcher()
        _ = ask(&matcher, "a at 12:00", lineage: "a", new: 1)
        #expect(matcher.isBesideAnEqual(Self.identity("a at 12:01", lineage: "a")))
        matcher.clientLeft(Self.place(1))
        #expect(!matcher.isBesideAnEqual(Self.identity("a at 12:01", lineage: "a")))
        if isRecorded { matcher.recorded(Self.place(1)) }
        let decision = ask(&matcher, "a at 12:01", lineage: "a", new: 2)
        let expected: CallMatcher.Decision =
            isRecorded ? .serve(Self.place(1), isDrifted: true) : .join(Self.place(1), isDrifted: true)
        #expect(decision == expected)
        if !isRecorded { matcher.recorded(Self.place(1)) }
        #expect(ask(&matcher, "a at 12:02", lineage: "a", new: 3) == .call(Self.place(3), isDiverged: false))
    }

    /// Its own client waits for it.
    @Test func joinsNothingByLineageThatHasAClient() {
        var matcher = matcher()
        _ = ask(&matcher, "a at 12:00", lineage: "a", new: 1)
        let retried = ask(&matcher, "a at 12:01", lineage: "a", retry: 1, new: 2)
        #expect(retried == .call(Self.place(2), isDiverged: false))
    }

    @Test func joinsARetryThatSaysSo() {
        var matcher = matcher()
        _ = ask(&matcher, "a", new: 1)
        #expect(ask(&matcher, "a", retry: 1) == .join(Self.place(1)))
        matcher.recorded(Self.place(1))
        #expect(ask(&matcher, "a", retry: 1) == .serve(Self.place(1), isDrifted: false))
    }

    /// Of equal calls at once, the one that was refused is made again, and shares no other's answer.
    @Test func asksAgainForTheClientThatWasRefused() {
        var matcher = matcher()
        _ = ask(&matcher, "a", new: 1)
        _ = ask(&matcher, "a", new: 2)
        matcher.failed(Self.place(1))
        #expect(ask(&matcher, "a", retry: 1) == .call(Self.place(1), isDiverged: false))
        #expect(ask(&matcher, "a", retry: 1) == .join(Self.place(1)))
        matcher.recorded(Self.place(2))
        matcher.failed(Self.place(1))
        #expect(ask(&matcher, "a", retry: 2) == .call(Self.place(1), isDiverged: false))
    }

    /// A call whose client gave up for good is no other client's, who asks again while its own call is under way.
    @Test func joinsItsOwnCallAlthoughAnEqualOneHasFailed() {
        var matcher = matcher()
        _ = ask(&matcher, "a", new: 1)
        for _ in 1...3 {
            matcher.failed(Self.place(1))
            _ = ask(&matcher, "a", new: 9)
        }
        matcher.failed(Self.place(1))
        _ = ask(&matcher, "b", new: 2)
        matcher.inheritedUnknown(Self.place(7), Self.identity("c").fingerprint)
        matcher.inheritedUnknown(Self.place(8), Self.identity("c").fingerprint)
        #expect(ask(&matcher, "c", new: 9) == .call(Self.place(7), isDiverged: false))
        #expect(ask(&matcher, "c", retry: 1) == .join(Self.place(7)))
    }

    @Test func servesAgainWhatDidNotReachItsClient() {
        var matcher = matcher()
        _ = ask(&matcher, "a", new: 1)
        matcher.recorded(Self.place(1))
        matcher.clientLeft(Self.place(1))
        #expect(ask(&matcher, "a") == .serve(Self.place(1), isDrifted: false))
        #expect(ask(&matcher, "a", new: 2) == .call(Self.place(2), isDiverged: false))
    }

    @Test func servesWhatWasRecordedAfterItsClientHadLeft() {
        var matcher = matcher()
        _ = ask(&matcher, "a", new: 1)
        matcher.clientLeft(Self.place(1))
        matcher.recorded(Self.place(1))
        #expect(ask(&matcher, "a") == .serve(Self.place(1), isDrifted: false))
    }

    /// Of two clients that read one record in vain, the second one shares the call of the first.
    @Test func makesACallOnceWhoseRecordIsLostToTwoClients() {
        var matcher = matcher([("a", nil)])
        #expect(ask(&matcher, "a") == .serve(Self.place(1), isDrifted: false))
        #expect(ask(&matcher, "a", retry: 1) == .serve(Self.place(1), isDrifted: false))
        matcher.lost(Self.place(1))
        #expect(ask(&matcher, "a") == .call(Self.place(1), isDiverged: false))
        matcher.lost(Self.place(1))
        #expect(ask(&matcher, "a", retry: 1) == .join(Self.place(1)))
    }

    @Test func givesARepeatedRequestThePlaceOfTheCallThatFailed() {
        var matcher = matcher()
        _ = ask(&matcher, "a", new: 1)
        matcher.failed(Self.place(1))
        #expect(ask(&matcher, "b", new: 2) == .call(Self.place(2), isDiverged: false))
        #expect(ask(&matcher, "a", new: 3) == .call(Self.place(1), isDiverged: false))
    }

    @Test func givesAnUnknownCallItsPlaceAgain() {
        var matcher = matcher()
        matcher.inheritedUnknown(Self.place(7), Self.identity("a").fingerprint)
        #expect(ask(&matcher, "a") == .call(Self.place(7), isDiverged: false))
    }

    @Test func knowsWhenARequestStandsBesideItsEqual() {
        var matcher = matcher()
        #expect(!matcher.isBesideAnEqual(Self.identity("a")))
        _ = ask(&matcher, "a", new: 1)
        #expect(matcher.isBesideAnEqual(Self.identity("a")))
        #expect(!matcher.isBesideAnEqual(Self.identity("b")))
        matcher.clientLeft(Self.place(1))
        // Nobody has it: it is joined.
        #expect(!matcher.isBesideAnEqual(Self.identity("a")))
    }

    /// Its client may just have gone: it is looked for before the answer of another branch is given.
    @Test func knowsWhenARequestStandsBesideItsEqualAndAnotherBranchIsThere() {
        var matcher = matcher()
        _ = ask(&matcher, "a at 12:01", lineage: "a", new: 1)
        _ = ask(&matcher, "a at 12:02", lineage: "a", new: 2)
        matcher.clientLeft(Self.place(2))
        #expect(matcher.isBesideAnEqual(Self.identity("a at 12:01", lineage: "a")))
        matcher.recorded(Self.place(2))
        #expect(matcher.isBesideAnEqual(Self.identity("a at 12:01", lineage: "a")))
        matcher.clientLeft(Self.place(1))
        #expect(ask(&matcher, "a at 12:01", lineage: "a", new: 3) == .join(Self.place(1)))
    }
}
