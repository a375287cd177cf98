import JobModel
import Testing

@Suite struct BudgetRoomTests {
    private static func room(_ mode: Budget.Mode, _ amount: Int64?, used: Int64 = 0, reserved: Int64 = 0) -> Budget.Room
    {
        Budget(limit: MicroDollars(rawValue: 100), mode: mode).room(
            for: amount.map { MicroDollars(rawValue: $0) },
            used: MicroDollars(rawValue: used),
            reserved: MicroDollars(rawValue: reserved)
        )
    }

    @Test(arguments: Budget.Mode.allCases) func aCallThatFitsIsGranted(_ mode: Budget.Mode) {
        #expect(Self.room(mode, 40, used: 30, reserved: 30) == .granted)
    }

    @Test(arguments: [(Budget.Mode.hard, Budget.Room.refused), (.hold, .held), (.soft, .granted)])
    func whatIsUsedLeavesNoRoom(_ mode: Budget.Mode, _ room: Budget.Room) {
        #expect(Self.room(mode, 41, used: 60) == room)
    }

    @Test func whatIsReservedMayBeSettledForLess() {
        #expect(Self.room(.hard, 41, used: 30, reserved: 30) == .wait)
        #expect(Self.room(.hold, 41, used: 30, reserved: 30) == .wait)
        #expect(Self.room(.soft, 41, used: 30, reserved: 30) == .granted)
    }

    @Test func aCallWithoutAPriceIsMadeUnderNoBudgetThatBinds() {
        #expect(Self.room(.hard, nil) == .unpriced)
        #expect(Self.room(.hold, nil) == .unpriced)
        #expect(Self.room(.soft, nil) == .granted)
    }
}
