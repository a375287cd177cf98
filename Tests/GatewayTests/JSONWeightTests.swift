import JobModel
import Testing

@testable import Gateway

@Suite struct JSONWeightTests {
    /// What small values take is far more than their text; what stands in a string is text.
    @Test(arguments: [
        (#"{"a":"b"}"#, 256), (#"[1,2,3]"#, 96), (#"{"a":[{},{}]}"#, 3 * 256 + 2 * 32), (#""[{,\"[{,""#, 0),
        (#"{"a\\":[1]}"#, 256 + 32), ("", 0), ("\"\\", 0),
    ]) func countsValuesAndObjects(_ text: String, _ weight: Int) {
        #expect(JSONWeight.of(Array(text.utf8)) == weight)
    }
}
