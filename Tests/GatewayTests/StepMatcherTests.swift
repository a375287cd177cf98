import Checkpoints
import JobModel
import Testing

@testable import Gateway

@Suite struct StepMatcherTests {
    private let step = Fingerprint(kind: .step, request: "charge", after: nil)

    private func place(_ number: Int) -> StepPosition {
        guard let position = StepPosition("gateway/step/charge#\(number)") else { preconditionFailure("a position") }
        return position
    }

    @Test func servesWhatWasDoneAndRunsTheRest() {
        var matcher = StepMatcher()
        matcher.inheritedRecorded(place(1), step)
        #expect(matcher.asked(step, mustNotRepeat: true) { place(9) } == .serve(place(1)))
        #expect(matcher.asked(step, mustNotRepeat: true) { place(2) } == .run(place(2)))
    }

    /// Steps at once are recorded in the order in which they end.
    @Test func servesEqualStepsInTheOrderInWhichTheyWereAskedFor() {
        var matcher = StepMatcher()
        for number in [2, 10, 1] { matcher.inheritedRecorded(place(number), step) }
        matcher.inheritedUnknown(place(9), step)
        for number in [1, 2] {
            #expect(matcher.asked(step, mustNotRepeat: true) { place(11) } == .serve(place(number)))
        }
        #expect(matcher.asked(step, mustNotRepeat: false) { place(11) } == .run(place(9)))
        #expect(matcher.asked(step, mustNotRepeat: true) { place(11) } == .serve(place(10)))
    }

    @Test(arguments: [true, false]) func repeatsAnUnknownStepOnlyWhereThatDoesNoHarm(_ mustNotRepeat: Bool) {
        var matcher = StepMatcher()
        matcher.inheritedUnknown(place(1), step)
        let decision = matcher.asked(step, mustNotRepeat: mustNotRepeat) { place(9) }
        #expect(decision == (mustNotRepeat ? .unknown(place(1)) : .run(place(1))))
    }

    @Test func knowsWhenAStepStandsBehindItsEqual() {
        var matcher = StepMatcher()
        #expect(!matcher.isBehindAnEqual(step))
        matcher.inheritedRecorded(place(1), step)
        #expect(!matcher.isBehindAnEqual(step))
        _ = matcher.asked(step, mustNotRepeat: true) { place(9) }
        #expect(matcher.isBehindAnEqual(step))
        matcher.left(place(1), step)
        #expect(!matcher.isBehindAnEqual(step))
    }

    /// Whoever asks while the result of a step comes may be who asked for that one, and has no need of the place of a later equal.
    @Test(arguments: [true, false]) func knowsWhenAStepWouldGetThePlaceOfALaterEqual(_ isFree: Bool) {
        var matcher = StepMatcher()
        for number in [1, 2] { matcher.inheritedUnknown(place(number), step) }
        #expect(!matcher.isBehindAnEqual(step))
        #expect(matcher.asked(step, mustNotRepeat: false) { place(9) } == .run(place(1)))
        if isFree {
            #expect(matcher.asked(step, mustNotRepeat: false) { place(9) } == .run(place(2)))
            matcher.failed(place(2), step)
        }
        #expect(matcher.isBehindAnEqual(step))
        matcher.recorded(place(1), step)
        // Who has heard of it asks for the next one.
        #expect(!matcher.isBehindAnEqual(step))
        matcher.left(place(1), step)
        #expect(matcher.asked(step, mustNotRepeat: false) { place(9) } == .serve(place(1)))
        #expect(matcher.asked(step, mustNotRepeat: false) { place(9) } == .run(place(2)))
    }

    @Test func aStepThatPeopleWantDoneIsUnderWay() {
        var matcher = StepMatcher()
        for number in [1, 2] { matcher.inheritedUnknown(place(number), step) }
        #expect(matcher.asked(step, mustNotRepeat: true) { place(9) } == .unknown(place(1)))
        matcher.begun(place(1), step)
        #expect(matcher.isBehindAnEqual(step))
    }

    @Test func letsAFailedStepBeAskedForAgain() {
        var matcher = StepMatcher()
        #expect(matcher.asked(step, mustNotRepeat: true) { place(1) } == .run(place(1)))
        matcher.failed(place(1), step)
        #expect(matcher.asked(step, mustNotRepeat: true) { place(9) } == .run(place(1)))
    }

    /// A record that did not reach the program is served to whoever asks next; the step is not done again.
    @Test func servesAgainWhatDidNotReachTheProgram() {
        var matcher = StepMatcher()
        matcher.inheritedRecorded(place(1), step)
        #expect(matcher.asked(step, mustNotRepeat: true) { place(9) } == .serve(place(1)))
        matcher.left(place(1), step)
        #expect(matcher.asked(step, mustNotRepeat: true) { place(9) } == .serve(place(1)))
    }

    /// What was done and could not be recorded may have happened, also for the program that did it.
    @Test(arguments: [true, false]) func doubtsWhatCouldNotBeRecorded(_ mustNotRepeat: Bool) {
        var matcher = StepMatcher()
        #expect(matcher.asked(step, mustNotRepeat: mustNotRepeat) { place(1) } == .run(place(1)))
        matcher.doubted(place(1), step)
        let decision = matcher.asked(step, mustNotRepeat: mustNotRepeat) { place(9) }
        #expect(decision == (mustNotRepeat ? .unknown(place(1)) : .run(place(1))))
    }

    /// A program that heard of its record asks for another step; one that did not gets it.
    @Test(arguments: [true, false]) func servesARecordThatWasNotHeardOf(_ isHeard: Bool) {
        var matcher = StepMatcher()
        #expect(matcher.asked(step, mustNotRepeat: true) { place(1) } == .run(place(1)))
        matcher.recorded(place(1), step)
        if !isHeard { matcher.left(place(1), step) }
        let decision = matcher.asked(step, mustNotRepeat: true) { place(2) }
        #expect(decision == (isHeard ? .run(place(2)) : .serve(place(1))))
        // Recorded once more, by a program that had no answer the first time.
        matcher.left(place(1), step)
        matcher.recorded(place(1), step)
        #expect(matcher.asked(step, mustNotRepeat: true) { place(3) } == .run(place(3)))
    }

    @Test func believesARecordMoreThanADoubt() {
        var matcher = StepMatcher()
        matcher.inheritedRecorded(place(1), step)
        matcher.inheritedUnknown(place(1), step)
        #expect(matcher.asked(step, mustNotRepeat: true) { place(9) } == .serve(place(1)))
    }
}
