import { describe, expect, it } from "vitest";
import type { Inputs } from "../../lab/providers/kit/index";
import { propagationPolicy, waitSeconds } from "../../lab/providers/kubernetes/objects/annotations";
import { jsonPath } from "../../lab/providers/kubernetes/wait/jsonPath";
import { reasonsOfPod } from "../../lab/providers/kubernetes/wait/pods";
import type { Surroundings } from "../../lab/providers/kubernetes/wait/readiness";
import { annotatedAwaiter } from "../../lab/providers/kubernetes/wait/waitFor";
import { daemonSet, deployment, job, pod, statefulSet } from "../../lab/providers/kubernetes/wait/workloads";

// Awaiters that look at the object alone never touch their surroundings.
const nothing = {} as Surroundings;

const annotated = (annotations: Inputs): Inputs => ({ metadata: { annotations } });

describe("how long and how to wait", () => {
  it("is said by customTimeouts, then the annotation, then 600 s", () => {
    expect(waitSeconds(annotated({ "pulumi.com/timeoutSeconds": "7" }), 30)).toBe(30);
    expect(waitSeconds(annotated({ "pulumi.com/timeoutSeconds": "7" }), 0)).toBe(7);
    expect(waitSeconds({}, 0)).toBe(600);
  });

  it("of a deletion is in the foreground unless annotated", () => {
    expect(propagationPolicy({})).toBe("Foreground");
    expect(propagationPolicy(annotated({ "pulumi.com/deletionPropagationPolicy": "background" }))).toBe("Background");
  });
});

describe("a Deployment", () => {
  const rollout = (status: Inputs, spec: Inputs = { replicas: 2 }): Inputs => ({
    metadata: { generation: 3 },
    spec,
    status: { observedGeneration: 3, ...status },
  });

  it("is ready when all pods are new and available and no old one is left", () => {
    const done = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    expect(deployment(rollout(done), nothing)).toMatchObject({ ready: true });
    expect(deployment(rollout({ ...done, replicas: 3 }), nothing)).toMatchObject({ ready: false });
    expect(deployment(rollout({ ...done, availableReplicas: 1 }), nothing)).toEqual({
      ready: false,
      progress: "1 of 2 pods of the new version are available",
    });
    expect(deployment(rollout({ ...done, observedGeneration: 2 }), nothing)).toMatchObject({ ready: false });
    expect(deployment(rollout({}, { replicas: 0 }), nothing)).toMatchObject({ ready: true });
  });

  it("has failed for good when its own deadline has passed", () => {
    const conditions = [
      { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "too slow" },
    ];
    expect(deployment(rollout({ conditions }), nothing)).toEqual({ ready: false, failed: true, progress: "too slow" });
  });
});

describe("other workloads", () => {
  const seen = { metadata: { generation: 1 } };

  it("are ready by their own counts", () => {
    const set = {
      ...seen,
      spec: { replicas: 2 },
      status: { observedGeneration: 1, readyReplicas: 2, currentRevision: "a", updateRevision: "a" },
    };
    expect(statefulSet(set, nothing)).toMatchObject({ ready: true });
    expect(statefulSet({ ...set, status: { ...set.status, updateRevision: "b" } }, nothing)).toMatchObject({
      ready: false,
    });
    const daemons = {
      ...seen,
      status: { observedGeneration: 1, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
    };
    expect(daemonSet(daemons, nothing)).toEqual({ ready: false, progress: "1 of 2 nodes run the new version" });
  });

  it("say when they have failed", () => {
    const failed = {
      status: { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "" }] },
    };
    expect(job(failed, nothing)).toEqual({ ready: false, failed: true, progress: "BackoffLimitExceeded" });
    expect(pod({ status: { phase: "Succeeded" } }, nothing)).toMatchObject({ ready: true });
    expect(pod({ status: { phase: "Failed" } }, nothing)).toMatchObject({ failed: true });
  });

  it("explain what keeps a pod from being ready", () => {
    const containers = (state: Inputs): Inputs => ({
      metadata: { name: "p" },
      status: { containerStatuses: [{ name: "c", ready: false, ...state }] },
    });
    const unscheduled = {
      metadata: { name: "p" },
      status: { conditions: [{ type: "PodScheduled", status: "False", message: "no nodes" }] },
    };
    expect(reasonsOfPod(unscheduled)).toEqual(["pod p is not scheduled: no nodes"]);
    expect(reasonsOfPod(containers({ state: { waiting: { reason: "ContainerCreating" } } }))).toEqual([]);
    expect(
      reasonsOfPod(containers({ state: { running: {} }, lastState: { terminated: { exitCode: 1, reason: "Error" } } })),
    ).toEqual(["pod p, container c: exited with code 1, Error"]);
  });
});

describe("the annotation waitFor", () => {
  const live = {
    status: {
      phase: "Running",
      conditions: [
        { type: "Ready", status: "True" },
        { type: "Stalled", status: "False" },
      ],
    },
  };
  const cases: [string, boolean][] = [
    ["jsonpath={.status.phase}=Running", true],
    ["jsonpath={.status.phase}=Failed", false],
    ["jsonpath=.status.phase", true],
    ["jsonpath={.status.ip}", false],
    ['jsonpath={.status.conditions[?(@.type=="Ready")].status}=True', true],
    ["condition=Ready", true],
    ["condition=ready=true", true],
    ["condition=Stalled", false],
    ["condition=Stalled=False", true],
    ['["condition=Ready","jsonpath={.status.phase}=Running"]', true],
    ['["condition=Ready","condition=Stalled"]', false],
  ];
  it.each(cases)("%s is judged %s", async (text, ready) => {
    const judged = await annotatedAwaiter(annotated({ "pulumi.com/waitFor": text }))!(live, nothing);
    expect(judged.ready).toBe(ready);
  });

  it("that cannot be read is refused in one sentence", () => {
    expect(() => annotatedAwaiter(annotated({ "pulumi.com/waitFor": "ready" }))).toThrow(
      /must start with jsonpath= or condition=/,
    );
    expect(() => annotatedAwaiter(annotated({ "pulumi.com/waitFor": "jsonpath={.a[(@.b)]}" }))).toThrow(/JSONPath/);
  });

  it("reads lists, wildcards and quoted keys", () => {
    const value = { a: [{ b: 1 }, { b: 2 }], "c.d": { e: 3 } };
    expect(jsonPath("{.a[*].b}", value)).toEqual([1, 2]);
    expect(jsonPath(".a[-1].b", value)).toEqual([2]);
    expect(jsonPath("{['c.d'].e}", value)).toEqual([3]);
    expect(jsonPath("{.c\\.d.e}", value)).toEqual([3]);
  });
});
