import JobModel
import Testing

@testable import Storage

@Suite struct FenceTests {
    @Test func isReadAsItIsTold() {
        let fence = Fence(job: JobID(rawValue: 12), epoch: LeaseEpoch(rawValue: 3))
        #expect(fence.payload == "12 3")
        #expect(Fence(payload: fence.payload) == fence)
    }

    /// Schedulers of the release before told of the job alone, and anybody may notify.
    @Test(arguments: ["", "12", "12 ", " 12 3", "12 3 4", "12 x", "twelve 3", "12  3", "99999999999999999999 1"])
    func whatSaysLessIsNone(payload: String) {
        #expect(Fence(payload: payload) == nil)
    }
}
