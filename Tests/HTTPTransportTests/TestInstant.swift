/// A moment on a clock that nobody winds.
struct TestInstant: InstantProtocol {
    var time: Duration

    func advanced(by duration: Duration) -> TestInstant { TestInstant(time: time + duration) }
    func duration(to other: TestInstant) -> Duration { other.time - time }
    static func < (left: TestInstant, right: TestInstant) -> Bool { left.time < right.time }
    static func seconds(_ seconds: Int) -> TestInstant { TestInstant(time: .seconds(seconds)) }
}
