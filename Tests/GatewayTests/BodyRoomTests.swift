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
}
