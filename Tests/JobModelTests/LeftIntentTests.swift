import JobModel
import Testing

@Suite struct LeftIntentTests {
    @Test(arguments: [
        (LeftIntent.started, false, false, LeftIntent.Finding.settleAsUnknown),
        (.started, true, false, .settleAsUnknown), (.started, true, true, .settleByRecord),
        (.unknown, false, false, .stayUnknown), (.unknown, true, false, .stayUnknown),
        (.unknown, true, true, .settleByRecord), (.recorded, false, false, .doubt),
        (.recorded, true, false, .isKept), (.recorded, true, true, .isKept),
    ])
    func aRecordTellsOfTheAttemptThatMadeIt(
        _ left: LeftIntent,
        _ isRecorded: Bool,
        _ isRecordedByIt: Bool,
        _ finding: LeftIntent.Finding
    ) {
        #expect(left.finding(isRecorded: isRecorded, isRecordedByIt: isRecordedByIt) == finding)
        #expect(finding.isUnknown == !(isRecordedByIt || left == .recorded && isRecorded))
    }
}
