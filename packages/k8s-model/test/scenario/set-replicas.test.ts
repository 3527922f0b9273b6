import { expect, test } from "vitest";
import { readManifests } from "../../src/manifests/index.ts";
import { setReplicas } from "../../src/scenario/input/set-replicas.ts";

const INPUT = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: web:1 }]
      volumes: [{ name: tmp, emptyDir: {} }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: scaled }
spec:
  selector: { matchLabels: { app: scaled } }
  template:
    metadata: { labels: { app: scaled } }
    spec: { containers: [{ name: scaled, image: scaled:1 }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: scaler }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: scaled }
  maxReplicas: 9
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: db:1 }] }
  volumeClaimTemplates: [{ metadata: { name: data } }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: files }
spec:
  selector: { matchLabels: { app: files } }
  template:
    metadata: { labels: { app: files } }
    spec:
      containers: [{ name: files, image: files:1 }]
      volumes: [{ name: store, persistentVolumeClaim: { claimName: store } }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cache }
spec:
  selector: { matchLabels: { app: cache } }
  template:
    metadata: { labels: { app: cache } }
    spec:
      containers: [{ name: cache, image: cache:1 }]
      volumes: [{ name: data, emptyDir: {} }]
---
apiVersion: v1
kind: Service
metadata: { name: cache }
spec: { selector: { app: cache }, ports: [{ port: 6379 }] }
`;

test("replicas are set, except where an autoscaler owns them or pods keep state", () => {
  const { objects } = readManifests([{ file: "app.yaml", text: INPUT }]);
  const result = setReplicas(objects, 6);
  expect(result.scaled).toEqual(["default/Deployment/web"]);
  expect(result.kept).toMatchInlineSnapshot(`
    [
      {
        "reason": "HorizontalPodAutoscaler default/scaler owns its replicas",
        "workload": "default/Deployment/scaled",
      },
      {
        "reason": "each pod keeps state on a volume of its own",
        "workload": "default/StatefulSet/db",
      },
      {
        "reason": "it keeps state on volume "store"",
        "workload": "default/Deployment/files",
      },
      {
        "reason": "it is a data store (Redis, port 6379) that keeps its data on volume "data"",
        "workload": "default/Deployment/cache",
      },
    ]
  `);
  const web = result.objects.find(({ object }) => object.metadata.name === "web");
  expect(web?.object).toMatchObject({ spec: { replicas: 6 } });
});

test("the objects that were read stay as they were", () => {
  const { objects } = readManifests([{ file: "app.yaml", text: INPUT }]);
  const before = JSON.stringify(objects.map(({ object }) => object));
  setReplicas(objects, 3);
  expect(JSON.stringify(objects.map(({ object }) => object))).toBe(before);
});

test("a data store is not copied even where it has no volume at all", () => {
  const { objects } = readManifests([
    {
      file: "db.yaml",
      text: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: db }
spec:
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: db:1, ports: [{ containerPort: 3306 }] }] }
`,
    },
  ]);
  const { kept } = setReplicas(objects, 6);
  expect(kept.map(({ workload }) => workload)).toEqual(["default/Deployment/db"]);
  expect(kept[0]?.reason).toContain("MySQL");
});
