// @kubernetes/client-node: typed clients, an informer, a watch, commands, logs, and objects of any kind.
//
//     npm install @kubernetes/client-node && KUBECONFIG=... node client_node.mjs

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import * as k8s from '@kubernetes/client-node';

const namespace = 'by-node';
const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const objects = k8s.KubernetesObjectApi.makeApiClient(config);

await core.createNamespace({ body: { metadata: { name: namespace } } });
await typed();
await informed();
await watched();
await inAPod();
await anyKind();
await core.deleteNamespace({ name: namespace });

async function typed() {
    const labels = { app: 'shop' };
    const spec = { containers: [{ name: 'web', image: 'nginx:1.27' }] };
    const made = await apps.createNamespacedDeployment({
        namespace,
        body: {
            metadata: { name: 'shop' },
            spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
        },
    });
    assert.equal(made.spec.strategy.rollingUpdate.maxSurge, '25%');
    assert.ok(made.metadata.creationTimestamp instanceof Date);
    const body = [{ op: 'replace', path: '/spec/replicas', value: 2 }];
    const patched = await apps.patchNamespacedDeployment({ name: 'shop', namespace, body });
    assert.equal(patched.spec.replicas, 2);
    const merge = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.StrategicMergePatch);
    const merged = await apps.patchNamespacedDeployment(
        { name: 'shop', namespace, body: { metadata: { labels: { tier: 'front' } } } }, merge);
    assert.equal(merged.metadata.labels.tier, 'front');
    await assert.rejects(
        core.readNamespacedConfigMap({ name: 'none', namespace }),
        (error) => error instanceof k8s.ApiException && error.code === 404);
    const page = await core.listNode({ limit: 2 });
    assert.equal(page.items.length, 2);
    assert.equal(page.metadata.remainingItemCount, 1);
    const rest = await core.listNode({ limit: 2, _continue: page.metadata._continue });
    assert.equal(rest.items.length, 1);
    console.log('typed: created, patched twice, 404, two pages');
}

async function informed() {
    const list = () => core.listNamespacedConfigMap({ namespace, labelSelector: 'notes=yes' });
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const informer = k8s.makeInformer(config, path, list, 'notes=yes');
    const seen = [];
    for (const verb of [k8s.ADD, k8s.UPDATE, k8s.DELETE]) {
        informer.on(verb, (obj) => seen.push(`${verb} ${obj.metadata.name}`));
    }
    await informer.start();
    const meta = { name: 'note', labels: { notes: 'yes' } };
    await core.createNamespacedConfigMap({ namespace, body: { metadata: meta } });
    await until(() => seen.length === 1);
    const note = await core.readNamespacedConfigMap({ name: 'note', namespace });
    await core.replaceNamespacedConfigMap({ name: 'note', namespace, body: { ...note, data: { a: '1' } } });
    await until(() => seen.length === 2);
    assert.equal(informer.get('note', namespace).data.a, '1');
    await core.deleteNamespacedConfigMap({ name: 'note', namespace });
    await until(() => seen.length === 3);
    await informer.stop();
    assert.deepEqual(seen, ['add note', 'update note', 'delete note']);
    console.log('informer: ' + seen.join(', '));
}

async function watched() {
    const ready = new Set();
    const watch = new k8s.Watch(config);
    const stopped = await watch.watch(
        `/api/v1/namespaces/${namespace}/pods`, { labelSelector: 'app=shop', allowWatchBookmarks: true },
        (kind, pod) => {
            const found = pod.status?.conditions?.find((one) => one.type === 'Ready');
            if (found?.status === 'True') ready.add(pod.metadata.name);
        },
        () => {});
    await until(() => ready.size === 2);
    stopped.abort();
    console.log('watch: two pods became ready');
}

async function inAPod() {
    await running('talker', 'echo one; echo two; sleep 6000');
    const text = await core.readNamespacedPodLog({ name: 'talker', namespace, tailLines: 1 });
    assert.equal(text, 'two\n');
    await running('counter', 'for i in 1 2 3; do echo $i; sleep 2; done');
    const stream = new PassThrough();
    await new k8s.Log(config).log(namespace, 'counter', 'main', stream, { follow: true });
    let counted = '';
    for await (const piece of stream) counted += piece;
    assert.equal(counted, '1\n2\n3\n');
    const output = new PassThrough();
    const status = await new Promise((resolve, reject) => new k8s.Exec(config).exec(
        namespace, 'talker', 'main', ['sh', '-c', 'echo hello; exit 7'], output, null, null, false, resolve,
    ).catch(reject));
    assert.equal(String(output.read()), 'hello\n');
    assert.equal(status.details.causes[0].message, '7');
    console.log('pod: log, followed to its end, exec with exit code 7');
}

async function running(name, script) {
    const containers = [{ name: 'main', image: 'busybox', command: ['sh', '-c', script] }];
    const spec = { containers, restartPolicy: 'Never' };
    await core.createNamespacedPod({ namespace, body: { metadata: { name }, spec } });
    await until(async () => {
        const pod = await core.readNamespacedPod({ name, namespace });
        return pod.status.phase !== 'Pending';
    });
}

async function anyKind() {
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace } };
    const { ServerSideApply } = k8s.PatchStrategy;
    const mine = await objects.patch(
        { ...settings, data: { a: '1' } }, undefined, undefined, 'me', undefined, ServerSideApply);
    assert.equal(mine.data.a, '1');
    await assert.rejects(
        objects.patch({ ...settings, data: { a: '2' } }, undefined, undefined, 'you', undefined, ServerSideApply),
        (error) => error.code === 409);
    const listed = await objects.list('apps/v1', 'Deployment', namespace);
    assert.deepEqual(listed.items.map((one) => one.metadata.name), ['shop']);
    await objects.delete({ ...settings });
    const [top] = await k8s.topNodes(core);
    assert.ok(top.CPU.Capacity > 0);
    const usage = await new k8s.Metrics(config).getNodeMetrics();
    assert.equal(usage.items.length, 3);
    console.log('any kind: applied, refused, listed, deleted; metrics of three nodes');
}

async function until(isTrue) {
    for (let tries = 0; tries < 300; tries += 1) {
        if (await isTrue()) return;
        await sleep(100);
    }
    throw new Error(`never: ${isTrue}`);
}
