import Testing

@testable import Gateway

@Suite struct BodyRoomTests {
    @Test func refusesWhatDoesNotFitUntilSomebodyLeaves() throws {
        let room = BodyRoom(limit: 10)
        let mine = room.share()
        try mine.take(4)
        do {
            let other = room.share()
            try other.take(5)
            #expect(throws: GatewayRefusal.self) { try other.take(2) }
        }
        try mine.take(6)
        #expect(throws: GatewayRefusal.self) { try mine.take(1) }
    }

    @Test func givesBackBeforeTheEnd() throws {
        let room = BodyRoom(limit: 10)
        let mine = room.share()
        try mine.take(10)
        mine.empty()
        let other = room.share()
        try other.take(10)
        withExtendedLifetime((mine, other)) {}
    }

    /// What one program may not have, others still may.
    @Test func leavesRoomForOthers() throws {
        let all = BodyRoom(limit: 10)
        let mine = BodyRoom(limit: 6, within: all).share()
        let others = BodyRoom(limit: 6, within: all).share()
        try mine.take(5)
        #expect(throws: GatewayRefusal.self) { try mine.take(2) }
        try others.take(5)
        // The house is full; what was refused here is not taken there.
        #expect(throws: GatewayRefusal.self) { try mine.take(1) }
        withExtendedLifetime(others) {}
    }

    @Test func saysWhatWillNeverFit() throws {
        let share = BodyRoom(limit: 6, within: BodyRoom(limit: 10)).share()
        let refusal = #expect(throws: GatewayRefusal.self) { try share.take(7) }
        #expect(refusal?.reason == .tooLarge)
    }
}
